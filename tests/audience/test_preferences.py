"""Recipients choose a pause and a language, and say why they left if they like."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import unsubscribing
from campaigns.audience.models import Contact, Unsubscription
from campaigns.sending import claiming
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world
from tests.sending import stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailed")]


def post(client, name, token, **values):
    return client.post(reverse(f"audience:{name}", args=[token]), values)


def test_a_pause_is_taken_shown_and_ended(client, ann, token):
    post(client, "own_pause", token, days="30")
    ann.refresh_from_db()
    assert timedelta(days=29) < ann.paused_until - timezone.now() <= timedelta(days=30)
    page = reverse("audience:preferences", args=[token])
    assert "You stay on your lists" in client.get(page).text
    post(client, "own_pause", token, days="0")
    ann.refresh_from_db()
    assert ann.paused_until is None


@pytest.mark.parametrize("days", ["31", "-30", "9999", "x", ""])
def test_only_what_is_offered_is_a_pause(client, ann, token, days):
    post(client, "own_pause", token, days=days)
    ann.refresh_from_db()
    assert ann.paused_until is None


@pytest.mark.parametrize(("days", "reached"), [(1, 0), (-1, 1), (None, 1)])
def test_a_launch_reaches_nobody_who_pauses(ann, workspace, lists, days, reached):
    until = timezone.now() + timedelta(days=days) if days else None
    Contact.objects.update(paused_until=until)
    campaign = world.make_campaign(workspace, lists=lists)
    assert launching.audience(campaign).count() == reached


@pytest.mark.django_db(transaction=True)
def test_a_pause_counts_up_to_the_intent(workspace):
    campaign = stage.make_sending(workspace, people=2)
    claim = claiming.Claim(campaign.pk, limit=2)
    paused = claim.rows[0].contact_id
    assert paused is not None
    Contact.objects.filter(pk=paused).update(paused_until=timezone.now() + timedelta(days=30))
    granted = claim.intend(claim.rows)
    assert [row.contact_id for row in granted] == [claim.rows[1].contact_id]
    assert Delivery.objects.get(contact=paused).state == "suppressed"


def test_a_language_is_chosen_and_spoken(client, ann, token):
    post(client, "own_language", token, language="de")
    page = client.get(reverse("audience:preferences", args=[token]))
    assert 'lang="de"' in page.text
    assert page["Content-Language"] == "de"
    post(client, "own_language", token, language="tlh")
    ann.refresh_from_db()
    assert ann.language == "de"


def test_a_reason_is_asked_after_leaving_and_counted(client, ann, token, alice):
    page = reverse("audience:unsubscribe", args=[token])
    assert "Would you tell why" not in client.get(page).text
    unsubscribing.unsubscribe(ann.pk, 70, 700, "page")
    assert "Would you tell why" in client.get(page).text
    assert "that is noted" not in client.get(page).text
    post(client, "own_reason", token, why="too_many")
    assert "Thank you, that is noted." in client.get(page).text
    assert Unsubscription.objects.get().why == "too_many"
    post(client, "own_reason", token, why="<script>")
    assert Unsubscription.objects.get().why == "too_many"
    shown = alice.get(reverse("audience:suppressions")).text
    assert "Too many mails" in shown


def test_a_reason_is_kept_with_the_mail_through_which_they_left(client, ann, token):
    unsubscribing.unsubscribe(ann.pk, 69, 690, "page")
    ann.subscriptions.resume()
    unsubscribing.unsubscribe(ann.pk, 70, 700, "page")
    post(client, "own_reason", token, why="too_many")
    said = Unsubscription.objects.order_by("campaign_id").values_list("campaign_id", "why")
    assert list(said) == [(69, ""), (70, "too_many")]
