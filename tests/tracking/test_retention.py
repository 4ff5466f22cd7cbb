"""Events go after their time; counts stay."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.tracking.hitting import AT, fill, make_campaign, make_hit, person
from tracking import draining, facts, partitions, retention, tasks
from tracking.models import (
    CampaignCount,
    Engagement,
    Event,
    LinkClicker,
    PeopleCount,
    SpoolPosition,
)

pytestmark = pytest.mark.django_db
DAY = 86400


def months() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
            "'tracking_event'::regclass"
        )
        return {name.removeprefix("tracking_event_") for (name,) in cursor.fetchall()}


@pytest.fixture
def campaign(tmp_path: Path) -> int:
    """A campaign with an open 100, 44 and 0 days before AT."""
    campaign = make_campaign()
    fill(tmp_path, [make_hit(person(campaign, 1), after=-days * DAY) for days in (100, 44, 0)])
    draining.drain(tmp_path)
    return campaign


def test_events_go_after_their_time_and_counts_stay(campaign):
    retention.prune(AT, keep_days=45)
    assert Event.objects.filter(campaign_id=campaign).count() == 2
    assert CampaignCount.objects.get(campaign_id=campaign).opens == 3
    assert Engagement.objects.get(campaign_id=campaign).opens_sure == 3


def test_the_time_is_exact_to_the_second(campaign):
    retention.prune(AT + timedelta(days=1), keep_days=45)
    assert Event.objects.filter(campaign_id=campaign).count() == 2
    retention.prune(AT + timedelta(days=1, seconds=1), keep_days=45)
    assert Event.objects.filter(campaign_id=campaign).count() == 1


def test_whole_months_go_as_tables_and_the_next_are_made(campaign):
    assert "2026_08" in months()
    retention.prune(AT, keep_days=45)
    assert "2026_08" not in months()
    assert {"2026_11", "2026_12"} <= months()


def test_pruning_twice_changes_nothing(campaign):
    retention.prune(AT, keep_days=45)
    before = months()
    assert retention.prune(AT, keep_days=45) == 0
    assert months() == before


def test_places_that_a_crash_left_behind_go_in_the_end():
    SpoolPosition.objects.create(segment="left", offset=7)
    retention.prune(timezone.now() + timedelta(days=364), keep_days=45)
    assert SpoolPosition.objects.exists()
    retention.prune(timezone.now() + timedelta(days=366), keep_days=45)
    assert not SpoolPosition.objects.exists()


def test_the_task_prunes_by_the_setting(campaign, settings):
    settings.EVENT_RETENTION_DAYS = max(1, (timezone.now() - AT).days + 50)
    tasks.prune()
    assert Event.objects.filter(campaign_id=campaign).count() == 2


@pytest.fixture
def agreed() -> Iterator[dict[int, facts.Agreed]]:
    """What contacts agreed to, in place of what the higher room says."""
    known: dict[int, facts.Agreed] = {}
    before = facts._agreements[:]
    facts.register_agreements(lambda ids: known)
    yield known
    facts._agreements[:] = before


def test_of_people_who_agreed_only_two_days_stay(campaign, tmp_path, agreed):
    fill(tmp_path, [make_hit(person(campaign, n), k) for n in (1, 2, 3, 4) for k in (0, 1)])
    draining.drain(tmp_path)
    agreed |= {5001: facts.Agreed(opens=True, clicks=True), 5002: facts.Agreed(opens=True)}
    agreed |= {5003: facts.Agreed(clicks=True)}
    counted = list(PeopleCount.objects.values())
    assert retention.let_go(AT + timedelta(days=45), keep_days=45) == 0
    assert retention.let_go(AT + timedelta(days=45, seconds=1), keep_days=45) == 4
    assert retention.let_go(AT + timedelta(days=90), keep_days=45) == 0
    day = AT.replace(hour=0, minute=0)
    first = {row.delivery_id: (row.first_open_at, row.first_click_at) for row in kept_rows()}
    assert first == {1: (day - timedelta(days=100), day), 2: (day, None), 3: (None, day)}
    for row in kept_rows():
        assert (row.country, row.device, row.client, row.last_at, row.latest_at) == (
            *("",) * 3,
            *(None,) * 2,
        )
    done = {row.delivery_id: (row.opens_sure, row.clicks_sure) for row in kept_rows()}
    assert done == {1: (1, 1), 2: (1, 0), 3: (0, 1)}
    assert not LinkClicker.objects.exists()
    assert list(PeopleCount.objects.values()) == counted


def test_of_people_who_did_not_agree_nothing_stays(campaign):
    assert retention.let_go(AT + timedelta(days=46), keep_days=45) == 1
    assert not Engagement.objects.exists()
    assert PeopleCount.objects.get().openers_sure == 1


def test_long_after_a_mail_was_sent_its_hits_are_nobodys(tmp_path):
    """So that nobody who was let go begins anew, and is counted twice."""
    campaign = make_campaign()
    before = facts._sent_times[:]
    facts.register_sent_times(lambda ids: {1: AT - timedelta(days=45)})
    try:
        fill(tmp_path, [make_hit(person(campaign, 1), after=-60), make_hit(person(campaign, 1))])
        draining.drain(tmp_path)
    finally:
        facts._sent_times[:] = before
    assert list(Event.objects.order_by("at").values_list("mode", "contact_id")) == [
        ("aggregate", None),
        ("individual", 5001),
    ]


def kept_rows() -> list[Engagement]:
    return list(Engagement.objects.order_by("delivery_id"))


@pytest.mark.parametrize(
    ("moment", "month", "following"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 1), date(2027, 1, 1)),
        (datetime(2027, 1, 31, tzinfo=UTC), date(2027, 1, 1), date(2027, 2, 1)),
        (datetime(2027, 2, 28, tzinfo=UTC), date(2027, 2, 1), date(2027, 3, 1)),
    ],
)
def test_months_follow_each_other(moment, month, following):
    assert partitions.month_of(moment) == month
    assert partitions.next_month(month) == following
