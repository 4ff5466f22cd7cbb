"""Refused again and again: when an address is given up, whatever the order of the news."""

import itertools
import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.audience.models import Contact, Suppression
from campaigns.sending import facts
from campaigns.sending.models import Delivery, ProviderEvent
from campaigns.sending.severities import Severity
from tests import world
from tests.sending import stage
from tracking.models import Engagement

pytestmark = pytest.mark.django_db

START = timezone.now().replace(microsecond=0) - timedelta(days=60)
SOFT, DISABLED, BLOCKED = Severity.SOFT, Severity.DISABLED, Severity.BLOCKED


@pytest.fixture
def contact(workspace) -> Contact:
    return world.make_contact(workspace, on=world.make_list(workspace))


def mailed(contact: Contact, day: float) -> Delivery:
    at = START + timedelta(days=day)
    campaign = world.make_campaign(contact.workspace)
    return stage.make_delivery(campaign, contact, state="sent", sending_at=at, done_at=at)


def told(delivery: Delivery, severity: Severity, day: float, kind: str = "bounced") -> facts.Told:
    at: datetime = START + timedelta(days=day)
    return facts.Told(
        delivery=delivery,
        source="mail",
        key=f"{delivery.pk}:{kind}:{at}",
        kind=kind,
        at=at,
        severity=severity,
    )


def reasons() -> list[str]:
    return list(Suppression.objects.values_list("reason", flat=True))


def refuse(contact: Contact, days: list[float], severity: Severity = SOFT) -> None:
    for day in days:
        facts.take_in(told(mailed(contact, day), severity, day + 0.1))


def test_five_refusals_over_two_weeks_give_the_address_up(contact):
    refuse(contact, [0, 4, 8, 12])
    assert reasons() == []
    refuse(contact, [16])
    assert reasons() == ["soft_bounces"]


@pytest.mark.parametrize("days", [[0, 1, 2, 3, 4, 5, 6], [0, 7, 14, 21], [0, 0.5, 1, 2, 13.9]])
def test_fewer_or_sooner_do_not(contact, days):
    refuse(contact, days)
    assert reasons() == []


def test_many_refusals_of_two_campaigns_do_not(contact):
    for day in (0, 15):
        delivery = mailed(contact, day)
        for hour in range(4):
            facts.take_in(told(delivery, SOFT, day + 0.1 + hour / 24, kind="deferred"))
    assert reasons() == []


def test_blocks_do_not_count(contact):
    refuse(contact, [0, 4, 8, 12, 16, 20], BLOCKED)
    assert reasons() == []


def test_a_mail_that_arrived_in_between_begins_the_count_anew(contact):
    refuse(contact, [0, 4, 8])
    mailed(contact, 10)
    refuse(contact, [12, 16])
    assert reasons() == []
    refuse(contact, [20, 24, 28])
    assert reasons() == ["soft_bounces"]


def test_so_does_a_mail_that_was_read(contact):
    refuse(contact, [0, 4, 8])
    delivery = Delivery.objects.filter(contact=contact).latest("pk")
    Engagement.objects.create(
        workspace_id=contact.workspace_id,
        campaign_id=delivery.campaign_id,
        delivery_id=delivery.pk,
        contact_id=contact.pk,
        first_open_at=START + timedelta(days=9),
    )
    refuse(contact, [12, 16])
    assert reasons() == []


def test_another_persons_refusals_are_their_own(contact):
    other = world.make_contact(contact.workspace)
    refuse(contact, [0, 8, 16])
    refuse(other, [4, 12, 20])
    assert reasons() == []


def test_switched_off_twice_within_two_weeks_is_as_good_as_gone(contact):
    refuse(contact, [0], DISABLED)
    assert reasons() == []
    refuse(contact, [13], DISABLED)
    assert reasons() == ["hard_bounce"]


@pytest.mark.parametrize("days", [[0, 15], [0]])
def test_once_or_long_ago_is_not(contact, days):
    refuse(contact, days, DISABLED)
    assert reasons() == []


def test_one_mail_that_is_refused_twice_counts_once(contact):
    delivery = mailed(contact, 0)
    for day in (0.1, 1):
        facts.take_in(told(delivery, DISABLED, day))
    assert reasons() == []


def test_the_order_of_the_news_is_no_matter(contact):
    """The last mail got through, which is told sooner or later."""
    days = [0, 4, 8, 12, 16]
    refused = [told(mailed(contact, day), SOFT, day + 0.1) for day in days]
    arrived = mailed(contact, 18)
    news = [*refused, told(arrived, Severity.NONE, 18.1, kind="delivered")]
    orders = random.Random(3).sample(list(itertools.permutations(news)), 40)
    found = set()
    for order in orders:
        ProviderEvent.objects.all().delete()
        Suppression.objects.all().delete()
        Delivery.objects.update(delivered_at=None, soft_bounced_at=None)
        # Nothing is known of the last mail until it is told.
        Delivery.objects.filter(pk=arrived.pk).update(state="unknown", unknown_since=START)
        for one in (order[0], *order):
            facts.take_in(one)
        known = Delivery.objects.order_by("pk").values_list("soft_bounced_at", "delivered_at")
        found.add((*reasons(), *known))
    assert len(found) == 1
    assert reasons() == []


def test_what_is_known_for_certain_outlives_what_was_given_up(contact):
    refuse(contact, [0, 4, 8, 12, 16])
    facts.take_in(told(mailed(contact, 20), Severity.HARD, 20.1))
    assert set(reasons()) == {"soft_bounces", "hard_bounce"}
    facts.take_in(told(mailed(contact, 30), Severity.NONE, 30.1, kind="delivered"))
    assert reasons() == ["hard_bounce"]
