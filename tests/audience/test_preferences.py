"""Recipients choose a pause, a language and an address, and say why they left if they like."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import letters, moving, suppression, tasks, tokens, unsubscribing
from campaigns.audience.models import Contact, Unsubscription
from campaigns.sending import claiming
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(workspace):
    return world.make_contact(workspace, on=world.make_list(workspace), email="ann@example.com")


@pytest.fixture
def token(ann):
    return tokens.unsubscribe_token(ann.pk, 70, 700)


@pytest.fixture(autouse=True)
def mailed(monkeypatch, sender):
    cache.clear()
    kept: list[letters.Letter] = []

    def post(letter):
        kept.append(letter)
        return True

    monkeypatch.setattr(letters, "_post", [post])
    monkeypatch.setattr(tasks.mail_new_address, "delay_on_commit", tasks.mail_new_address)
    monkeypatch.setattr(tasks.tell_old_address, "delay_on_commit", tasks.tell_old_address)
    return kept


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
def test_a_launch_reaches_nobody_who_pauses(ann, workspace, days, reached):
    until = timezone.now() + timedelta(days=days) if days else None
    Contact.objects.update(paused_until=until)
    campaign = world.make_campaign(workspace, lists=[ann.subscriptions.get().list])
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


def test_an_address_changes_once_the_new_one_confirms(client, ann, token, mailed):
    post(client, "own_address", token, email="ann@new.example")
    [asked] = mailed
    assert asked.to == "ann@new.example"
    found = re.search(r"/move/\S+", asked.text)
    assert found is not None
    assert "new.example" not in found[0]
    client.get(found[0])
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    assert "is changed" in client.post(found[0]).text
    ann.refresh_from_db()
    assert (ann.email, ann.email_key) == ("ann@new.example", "ann@new.example")
    assert mailed[-1].to == "ann@example.com"
    assert "new.example" not in mailed[-1].text


@pytest.mark.parametrize(
    ("reason", "is_told"),
    [
        *[("unsubscribed_all", True), ("manual", True), ("domain", True)],
        *[("hard_bounce", False), ("soft_bounces", False), ("complaint", False)],
    ],
)
def test_the_old_address_is_told_unless_that_is_in_vain(ann, mailed, reason, is_told):
    if reason == "domain":
        suppression.suppress_domains(ann.workspace_id, ["example.com"])
    else:
        suppression.suppress(ann.workspace_id, [ann.fingerprint], reason)
    moving.move(ann, "ann@new.example")
    assert moving.tell_the_old(ann, "ann@example.com") is is_told
    assert [one.to for one in mailed] == ["ann@example.com"] * is_told


def test_an_address_that_is_taken_or_not_mailed_is_no_new_one(client, ann, token, mailed):
    other = world.make_contact(ann.workspace, email="taken@example.com")
    gone = world.make_contact(ann.workspace, email="gone@example.com")
    suppression.suppress(ann.workspace_id, [gone.fingerprint], "hard_bounce")
    gone.delete()
    for email in (other.email, "gone@example.com"):
        cache.clear()
        asked = post(client, "own_address", token, email=email)
        assert "moving=1" in asked.url
        found = re.search(r"/move/\S+", mailed[-1].text)
        assert found is not None
        assert client.post(found[0]).status_code == 410
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"


def test_nobody_is_mailed_again_and_again(client, ann, token, mailed):
    for n in range(3):
        post(client, "own_address", token, email=f"p{n}@example.com")
    assert len(mailed) == 1


def test_what_is_no_address_is_said(client, ann, token, mailed):
    page = client.post(
        reverse("audience:own_address", args=[token]), {"email": "nonsense"}, follow=True
    )
    assert "no address that mail can be sent to" in page.text
    assert not mailed


@pytest.mark.parametrize("wrong", ["x", "", "1:2:3"])
def test_a_link_that_is_not_ours_moves_nobody(client, ann, wrong):
    if wrong:
        assert client.post(reverse("audience:move", args=[wrong])).status_code == 410
    with pytest.raises(moving.MovingError):
        moving.unwrap("bm8=")


def test_a_reason_is_asked_after_leaving_and_counted(client, ann, token, alice):
    page = reverse("audience:unsubscribe", args=[token])
    assert "Would you tell why" not in client.get(page).text
    unsubscribing.unsubscribe(ann.pk, 70, 700, "page")
    assert "Would you tell why" in client.get(page).text
    post(client, "own_reason", token, why="too_many")
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
