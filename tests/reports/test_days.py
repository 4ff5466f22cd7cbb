"""The days of lists: what is counted of each, when, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import forgetting, suppression, unsubscribing
from campaigns.audience.models import Suppression
from campaigns.reports import days
from campaigns.reports.models import DayCounting, ListDay
from tests import world
from tests.reports.counted import at_midday, count, join, leave, on, seen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def workspace(workspace):
    return at_midday(workspace)


def test_days_say_who_joined_who_left_and_how_many_there_were(workspace):
    readers, now = world.make_list(workspace), timezone.now()
    people = [join(workspace, readers, now - timedelta(days=ago)) for ago in (9, 9, 5, 5, 5, 1)]
    leave(people[0], now - timedelta(days=3), "one_click")
    leave(people[1], now - timedelta(days=3), "page")
    leave(people[2], now - timedelta(days=3), "member")
    count(workspace)
    found = seen(workspace, f"list={readers.pk}&span=30")
    on(found, 10, size=0, joined=0)
    on(found, 9, size=2, joined=2, net=2)
    on(found, 5, size=5, joined=3)
    on(found, 4, size=5, joined=0, net=0)
    on(found, 3, size=2, unsubscribed=2, taken_off=1, left=3, net=-3, other=0)
    on(found, 0, size=3)
    assert (found.joined, found.left, found.net) == (6, 3, 3)
    assert (found.lost.count, found.lost.of) == (3, 6)


@pytest.mark.parametrize(
    ("reason", "column"),
    [
        ("hard_bounce", "bounced"),
        ("soft_bounces", "bounced"),
        ("complaint", "complained"),
        ("manual", "taken_off"),
    ],
)
def test_who_must_not_be_mailed_has_left_the_list(workspace, reason, column):
    readers, now = world.make_list(workspace), timezone.now()
    gone, _stays = [join(workspace, readers, now - timedelta(days=9)) for _ in range(2)]
    suppression.suppress(workspace.pk, [gone.fingerprint], reason)
    Suppression.objects.update(at=now - timedelta(days=2))
    count(workspace)
    on(seen(workspace, "span=30"), 2, **{column: 1, "left": 1, "size": 1, "other": 0})


def test_who_is_stopped_for_two_reasons_left_once(workspace):
    ann = join(workspace, world.make_list(workspace), timezone.now() - timedelta(days=9))
    for reason in ("hard_bounce", "manual", "complaint"):
        suppression.suppress(workspace.pk, [ann.fingerprint], reason)
    Suppression.objects.update(at=timezone.now() - timedelta(days=2))
    count(workspace)
    on(seen(workspace, "span=30"), 2, bounced=1, complained=0, taken_off=0, left=1, size=0)


def test_a_leave_that_was_taken_back_is_none(workspace):
    readers, now = world.make_list(workspace), timezone.now()
    person = join(workspace, readers, now - timedelta(days=3))
    unsubscribing.unsubscribe(person.pk, None, None, "page")
    unsubscribing.undo(person.pk, None, None)
    count(workspace)
    on(seen(workspace, "span=30"), 0, left=0, size=1)


def test_days_are_those_of_the_workspace(workspace):
    """Eleven in the evening in London is tomorrow in Auckland."""
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Pacific/Auckland")
    workspace.refresh_from_db()
    readers = world.make_list(workspace)
    join(workspace, readers, datetime(2026, 3, 3, 23, tzinfo=UTC))
    join(workspace, readers, datetime(2026, 3, 3, 9, tzinfo=UTC))
    count(workspace)
    joined = dict(ListDay.objects.filter(joined__gt=0).values_list("day", "joined"))
    assert joined == {date(2026, 3, 3): 1, date(2026, 3, 4): 1}


def test_an_hour_that_the_clocks_repeat_is_in_one_day(workspace):
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Europe/Amsterdam")
    workspace.refresh_from_db()
    readers = world.make_list(workspace)
    # Midnight of 25 October is 22:00 UTC, that of the day after is 23:00: 25 hours.
    for at in (
        datetime(2026, 10, 24, 22, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 59, tzinfo=UTC),
    ):
        join(workspace, readers, at)
    count(workspace)
    assert list(ListDay.objects.filter(joined__gt=0).values_list("day", "joined")) == [
        (date(2026, 10, 25), 2)
    ]


def test_another_zone_has_other_days(workspace):
    readers = world.make_list(workspace)
    join(workspace, readers, datetime(2026, 3, 3, 23, tzinfo=UTC))
    count(workspace)
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Asia/Tokyo")
    count(workspace)
    assert ListDay.objects.get(joined=1).day == date(2026, 3, 4)


def test_a_day_that_is_over_stays_as_it_was(workspace):
    readers, now = world.make_list(workspace), timezone.now()
    person = join(workspace, readers, now - timedelta(days=9))
    join(workspace, readers, now - timedelta(days=9))
    count(workspace)
    forgetting.forget([person.pk])
    count(workspace)
    found = seen(workspace, "span=30")
    on(found, 9, joined=2, size=2)
    # Erased: not a reason, and not kept from the reader either.
    on(found, 0, size=1, left=0, other=-1)


def test_counting_again_changes_nothing(workspace):
    readers, now = world.make_list(workspace), timezone.now()
    leave(join(workspace, readers, now - timedelta(days=9)), now)
    count(workspace)
    before = list(ListDay.objects.order_by("day").values())
    count(workspace)
    assert list(ListDay.objects.order_by("day").values()) == before


def test_days_that_nobody_counted_are_counted_later(workspace):
    readers, now = world.make_list(workspace), timezone.now()
    count(workspace)
    # The last count was three days ago; since then two joined, on different days.
    old = now - timedelta(days=3)
    DayCounting.objects.update(last_day=old.date())
    ListDay.objects.update(day=old.date())
    join(workspace, readers, now - timedelta(days=2))
    join(workspace, readers, now - timedelta(days=1))
    count(workspace)
    found = seen(workspace, "span=30")
    on(found, 2, joined=1, size=1)
    on(found, 1, joined=1, size=2)


def test_it_is_not_counted_before_its_time(workspace):
    days.begin()
    days.begin()
    assert days.due() == [workspace.pk]
    assert days.count(workspace.pk)
    assert not days.count(workspace.pk)
    assert days.due() == []


@pytest.mark.django_db(transaction=True)
def test_of_many_beats_one_counts():
    workspace = world.make_workspace()
    days.begin()

    def beat(_number):
        try:
            return days.count(workspace.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(beat, range(6))) == 1
