"""Who did not get a campaign is sorted, and ticked to be changed, as in every list of people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts import keyset
from campaigns.sending import unreached
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db
# What became of three people, and why.
OUTCOMES = [("failed", "mailbox full"), ("expired", "busy"), ("failed", "no such user")]


@pytest.fixture
def campaign(workspace):
    made = stage.make_sending(workspace, people=len(OUTCOMES))
    rows = Delivery.objects.filter(campaign=made).order_by("address_key")
    for number, (row, (state, reason)) in enumerate(zip(rows, OUTCOMES, strict=True)):
        at = timezone.now() - timedelta(minutes=(1, 3, 2)[number])
        stage.become(Delivery.objects.filter(pk=row.pk), state, reason=reason, done_at=at)
    return made


def reasons(client, campaign, sort):
    page = client.get(reverse("sending:campaign", args=[campaign.pk]), {"sort": sort})
    return [row.reason for row in page.context["page"]]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", [0, 2, 1]),
        ("at", [1, 2, 0]),
        ("address", [0, 1, 2]),
        ("-address", [2, 1, 0]),
        ("reason", [1, 0, 2]),
        ("-reason", [2, 0, 1]),
        ("'; DROP TABLE", [0, 2, 1]),
    ],
)
def test_it_is_sorted_by_what_is_asked(alice, campaign, sort, order):
    assert reasons(alice, campaign, sort) == [OUTCOMES[number][1] for number in order]


def test_those_of_one_fate_stand_together(alice, campaign):
    assert reasons(alice, campaign, "state")[0] == "busy"
    assert reasons(alice, campaign, "-state")[-1] == "busy"


def test_very_many_are_sorted_only_by_what_is_in_an_index(alice, campaign, monkeypatch):
    monkeypatch.setattr(keyset, "COUNTED", 2)
    assert unreached.order_of(3, "reason") == unreached.LATEST
    assert unreached.order_of(3, "-address") == "-address"
    assert reasons(alice, campaign, "reason") == reasons(alice, campaign, "")


def test_the_ticked_are_changed_together(alice, workspace, campaign):
    page = alice.get(reverse("sending:campaign", args=[campaign.pk])).content.decode()
    people = list(workspace.contacts.values_list("pk", flat=True))
    for pk in people:
        assert f'name="person" value="{pk}"' in page
    response = alice.post(reverse("audience:choose_people"), {"person": people[:2]})
    assert response.url == reverse("audience:bulk_edit", args=[workspace.bulk_edits.get().pk])
    assert workspace.bulk_edits.get().people == 2


def test_who_may_only_look_ticks_nobody(client, workspace, campaign):
    client.force_login(world.make_member(workspace, email="eye@example.com", role="reader"))
    page = client.get(reverse("sending:campaign", args=[campaign.pk]))
    assert len(page.context["page"].rows) == len(OUTCOMES)
    assert b"data-pick-one" not in page.content and b"data-pick-all" not in page.content
