"""The bits of who did what say what the rows say, whoever writes to those and how."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from tracking import bits, merging, muting, retention, stopping
from tracking.models import Engagement
from tracking.querysets import EngagementQuerySet
from tracking.tokens import Kind

pytestmark = pytest.mark.django_db
CAMPAIGNS = (1, 2)
# On both sides of where one block ends.
PEOPLE = range(4_086, 4_106)
SETS = {
    "opened": EngagementQuerySet.openers,
    "perhaps_opened": EngagementQuerySet.possible_openers,
    "clicked": EngagementQuerySet.clickers,
    "perhaps_clicked": lambda rows: rows.clickers() | rows.filter(clicks_uncertain__gt=0),
}


def told(name: str) -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT campaign_id, block * 4096 + n"
            f" FROM tracking_deedbits, generate_series(0, 4095) n WHERE get_bit({name}, n) = 1"
        )
        return set(cursor.fetchall())


def kept(name: str) -> set[tuple[int, int]]:
    return set(SETS[name](Engagement.objects.all()).values_list("campaign_id", "contact_id"))


def agree() -> bool:
    return all(told(name) == kept(name) for name in SETS)


@pytest.fixture(autouse=True)
def deeds() -> None:
    random, now = Random(5), timezone.now()
    Engagement.objects.bulk_create(
        Engagement(
            workspace_id=1,
            campaign_id=campaign,
            delivery_id=campaign * 10_000 + person,
            contact_id=person,
            opens_sure=random.choice([0, 0, 2]),
            opens_uncertain=random.choice([0, 1]),
            clicks_sure=random.choice([0, 0, 1]),
            clicks_uncertain=random.choice([0, 1]),
            clicks_only=random.choice([True, False]),
            latest_at=now - timedelta(days=random.choice([1, 90])),
        )
        for campaign in CAMPAIGNS
        for person in PEOPLE
    )


def test_rows_that_come_are_told():
    assert agree()
    assert all(told(name) for name in SETS)


def test_more_is_told_and_less_too():
    Engagement.objects.filter(contact_id__lt=4_096).update(opens_sure=3, clicks_uncertain=1)
    assert agree()
    Engagement.objects.filter(campaign_id=1).update(opens_sure=0, clicks_only=True)
    assert agree()
    Engagement.objects.filter(campaign_id=2, contact_id__gt=4_090).update(clicks_sure=0)
    assert agree()


@pytest.mark.parametrize("kinds", [[Kind.OPEN], [Kind.CLICK], list(Kind)])
def test_who_withdraws_is_told_no_more(kinds):
    muting.mute(dict.fromkeys(PEOPLE[:5], 1), kinds)
    assert agree()


def test_who_is_another_person_by_now_is_told_as_that_one():
    merging.merge(4_087, into=4_099)
    merging.merge(4_099, into=4_090)
    assert agree()
    assert not {one for name in SETS for one in told(name)} & {(1, 4_087), (2, 4_099)}


def test_one_of_two_mails_of_a_person_may_go():
    Engagement.objects.filter(contact_id=4_087).update(contact_id=4_088, opens_sure=1)
    Engagement.objects.filter(delivery_id=14_087).delete()
    assert agree()


def test_what_is_past_its_time_is_told_no_more():
    assert retention.let_go(timezone.now(), keep_days=45)
    assert agree()


def test_a_campaign_that_is_not_measured_any_more_tells_of_nobody():
    stopping.erase(1)
    assert agree()
    assert {campaign for campaign, _person in told("opened")} == {2}


def test_the_bits_can_be_made_anew():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracking_deedbits SET opened = ~opened")
    assert not agree()
    assert bits.renew() == len(CAMPAIGNS)
    assert agree()
