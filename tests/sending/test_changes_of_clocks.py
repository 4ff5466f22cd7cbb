"""By each person's own clock, in the night in which some of these clocks are changed.

Everybody gets it once: at the time that was chosen, at its first coming where it comes twice,
and as soon as it is over where it is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import launch, scheduling, transport
from campaigns.sending.models import Delivery
from tests import world
from tests.sending.own_clocks import freeze, schedule

pytestmark = pytest.mark.django_db


def utc(month, day, hour, minute=0):
    return datetime(2031, month, day, hour, minute, tzinfo=UTC)


SPRING, AUTUMN = datetime(2031, 3, 30, 2, 30), datetime(2031, 10, 26, 2, 30)
# Who has which clock (zone, learned zone, country), and when theirs shows 02:30 in each night.
PEOPLE = {
    "berlin": ("Europe/Berlin", "", ""),
    "madrid": ("", "Europe/Madrid", ""),
    "paris": ("", "", "FR"),
    "london": ("Europe/London", "", ""),
    "boston": ("America/New_York", "", ""),
    "tokyo": ("Asia/Tokyo", "", ""),
    "somewhere": ("", "", ""),
}
NIGHTS = {
    # The clocks of Central Europe go from 2:00 to 3:00, those of London from 1:00 to 2:00.
    SPRING: {
        **dict.fromkeys(("berlin", "madrid", "paris", "somewhere"), utc(3, 30, 1)),
        "london": utc(3, 30, 1, 30),
        "boston": utc(3, 30, 6, 30),
        "tokyo": utc(3, 29, 17, 30),
    },
    # And back from 3:00 to 2:00, and from 2:00 to 1:00.
    AUTUMN: {
        **dict.fromkeys(("berlin", "madrid", "paris", "somewhere"), utc(10, 26, 0, 30)),
        "london": utc(10, 26, 2, 30),
        "boston": utc(10, 26, 6, 30),
        "tokyo": utc(10, 25, 17, 30),
    },
}
EACH_NIGHT = pytest.mark.parametrize("wall", NIGHTS, ids=["spring", "autumn"])


@pytest.fixture
def crowd(draft):
    for name, (zone, learned, country) in PEOPLE.items():
        world.make_contact(
            draft.workspace,
            on=draft.lists.get(),
            email=f"{name}@example.com",
            time_zone=zone,
            learned_zone=learned,
            country=country,
        )
    return draft


def moments(campaign):
    rows = Delivery.objects.filter(campaign=campaign).values_list("address", "next_at")
    return sorted((address.partition("@")[0], at) for address, at in rows)


@EACH_NIGHT
def test_everybody_gets_one_mail_at_a_moment_of_their_own_night(crowd, wall):
    schedule(crowd, wall)
    freeze(crowd)
    assert moments(crowd) == sorted(NIGHTS[wall].items())


@EACH_NIGHT
def test_nobody_is_mailed_before_their_clock_shows_the_time_nor_an_hour_after(crowd, wall):
    schedule(crowd, wall)
    freeze(crowd)
    for name, at in moments(crowd):
        zone = PEOPLE[name][0] or PEOPLE[name][1] or "Europe/Berlin"
        shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert timedelta(0) <= shown - wall < timedelta(hours=1)


@EACH_NIGHT
def test_freezing_and_preparing_once_more_moves_and_adds_nothing(crowd, wall):
    schedule(crowd, wall)
    freeze(crowd)
    before = moments(crowd)
    launch.prepare(crowd.pk)
    launch.launch_due(crowd.pk)
    assert moments(crowd) == before


@EACH_NIGHT
def test_what_is_planned_is_what_is_frozen(crowd, wall):
    plan = scheduling.plan(crowd, wall, "Europe/Berlin")
    wanted = NIGHTS[wall].values()
    assert (plan.people, plan.first, plan.last) == (len(PEOPLE), min(wanted), max(wanted))
    schedule(crowd, wall)
    assert crowd.scheduled_at == min(wanted)


@EACH_NIGHT
def test_a_member_is_not_asked_which_of_two_hours_nor_refused_the_one_left_out(alice, crowd, wall):
    """Which it is differs from person to person; the page says when the first and last are due."""
    form = {"schedule": "yes", "zone": "Europe/Berlin", "how": "locally"}
    form |= {"date": f"{wall:%Y-%m-%d}", "time": "02:30"}
    form |= {"agreed": f"{wall:%Y-%m-%dT%H:%M:%S} Europe/Berlin"}
    alice.post(reverse("sending:confirm", args=[crowd.pk]), form)
    crowd.refresh_from_db()
    assert crowd.status == Campaign.Status.SCHEDULED
    assert crowd.scheduled_at == min(NIGHTS[wall].values())


@pytest.mark.django_db(transaction=True)
def test_as_the_night_goes_on_each_is_mailed_once_also_when_an_hour_comes_again(crowd, sink):
    """The mails' moments are brought nearer, as if it was half past two in Berlin, and so on."""
    schedule(crowd, AUTUMN)
    freeze(crowd)
    first = utc(10, 26, 0, 30)
    bring_nearer(crowd, first - timezone.now())
    gone = timedelta(0)
    for minutes in (0, 30, 60, 90, 125, 360):
        bring_nearer(crowd, timedelta(minutes=minutes) - gone)
        gone = timedelta(minutes=minutes)
        scheduling.look_ahead()
        transport.work(crowd.pk, seconds=5)
        due = [name for name, at in NIGHTS[AUTUMN].items() if at <= first + gone]
        assert sorted(sink.recipients()) == sorted(f"{name}@example.com" for name in due)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def bring_nearer(campaign, by):
    waiting = Delivery.objects.filter(campaign=campaign, next_at__isnull=False)
    waiting.update(next_at=F("next_at") - by)
