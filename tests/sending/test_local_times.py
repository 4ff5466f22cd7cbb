"""At this time in each recipient's own zone: planned, frozen, sent hour by hour."""

import json
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import vocabulary
from campaigns.composing.models import Campaign, SegmentUse
from campaigns.sending import launch, local_times, scheduling, tasks, transport, zones
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import own_clocks, stage
from tests.sending.own_clocks import freeze

pytestmark = pytest.mark.django_db

WALL = datetime(2031, 3, 3, 9, 0)
FORM = {"schedule": "yes", "date": "2031-03-03", "time": "09:00", "zone": "Europe/Berlin"}
LOCALLY = FORM | {"how": "locally"}
AGREED = LOCALLY | {"agreed": "2031-03-03T09:00:00 Europe/Berlin"}


def utc(hour, *, day=3):
    return datetime(2031, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def crowd(draft):
    """One person each: by zone, by country, by zone against country, by neither."""
    for name, zone, country in [
        ("kiritimati", "Pacific/Kiritimati", ""),
        ("tokyo", "Asia/Tokyo", "US"),
        ("boston", "", "US"),
        ("somewhere", "", ""),
        ("nowhere", "Mars/Olympus", "ZZ"),
    ]:
        world.make_contact(
            draft.workspace,
            on=draft.lists.get(),
            email=f"{name}@example.com",
            time_zone=zone,
            country=country,
        )
    return draft


def schedule_locally(campaign, wall=WALL, zone="Europe/Berlin"):
    own_clocks.schedule(campaign, wall, zone)


def moments(campaign):
    rows = Delivery.objects.filter(campaign=campaign).values_list("address", "next_at")
    return {address.partition("@")[0]: at for address, at in rows if at is not None}


def test_each_gets_their_own_moment_at_the_freeze(crowd):
    schedule_locally(crowd)
    freeze(crowd)
    assert moments(crowd) == {
        "kiritimati": utc(19, day=2),
        "tokyo": utc(0),
        "boston": utc(14),
        "somewhere": utc(8),
        "nowhere": utc(8),
    }


def test_it_is_launched_when_the_first_of_them_is_due(crowd):
    schedule_locally(crowd)
    assert crowd.scheduled_at == utc(19, day=2)
    assert (crowd.scheduled_date, crowd.scheduled_time) == (date(2031, 3, 3), time(9))


def test_a_time_that_a_zone_skips_is_the_first_moment_after_the_gap_there(draft):
    mailing_list = draft.lists.get()
    world.make_contact(
        draft.workspace, on=mailing_list, email="person@example.com", time_zone="Europe/Berlin"
    )
    schedule_locally(draft, datetime(2031, 3, 30, 2, 30), "UTC")
    freeze(draft)
    at = moments(draft)["person"].astimezone(ZoneInfo("Europe/Berlin"))
    assert at.isoformat() == "2031-03-30T03:00:00+02:00"


def test_the_plan_counts_zones_people_and_who_is_not_placed(crowd):
    plan = scheduling.plan(crowd, WALL, "Europe/Berlin")
    assert (plan.people, plan.zones, plan.unplaced, plan.passed) == (5, 3, 2, 0)
    assert (plan.first, plan.last) == (utc(19, day=2), utc(14))


def test_whose_time_is_over_gets_it_at_once_and_the_others_in_time(crowd):
    now = moves.now()
    wall = (now.astimezone(ZoneInfo("America/New_York")) + timedelta(minutes=30)).replace(
        tzinfo=None, microsecond=0
    )
    plan = scheduling.plan(crowd, wall, "America/New_York")
    assert plan.passed == 2
    schedule_locally(crowd, wall, "America/New_York")
    assert crowd.scheduled_at >= now
    assert scheduling.launch_due() == 1
    assert launch.prepare(crowd.pk)
    at = moments(crowd)
    assert at["kiritimati"] <= moves.now()
    assert at["tokyo"] <= moves.now()
    assert at["boston"] == wall.replace(tzinfo=ZoneInfo("America/New_York"))


def test_a_time_that_is_over_everywhere_is_refused(crowd):
    with pytest.raises(scheduling.ScheduleError, match="passed already"):
        scheduling.schedule_locally(crowd, datetime(2024, 1, 1, 9), "UTC")


def test_somebody_in_an_earlier_zone_who_joins_later_brings_the_launch_forward(draft):
    world.make_contact(draft.workspace, on=draft.lists.get(), time_zone="Europe/Berlin")
    wall = (moves.now() + timedelta(hours=13)).replace(tzinfo=None, microsecond=0)
    schedule_locally(draft, wall, "UTC")
    scheduling.look_ahead()
    before = draft.scheduled_at
    draft.refresh_from_db()
    assert draft.scheduled_at == before
    world.make_contact(draft.workspace, on=draft.lists.get(), time_zone="Asia/Tokyo")
    tasks.look_ahead()
    draft.refresh_from_db()
    assert draft.scheduled_at == wall.replace(tzinfo=ZoneInfo("Asia/Tokyo"))


def test_a_campaign_that_reaches_nobody_any_more_holds_up_no_other(draft, sender):
    """Its segment was deleted after it was scheduled, and it is the first in line."""
    readers = draft.lists.get()
    world.make_contact(draft.workspace, on=readers, time_zone="Europe/Berlin")
    other = world.make_campaign(draft.workspace, lists=[readers], sender=sender)
    wall = (moves.now() + timedelta(hours=13)).replace(tzinfo=None, microsecond=0)
    schedule_locally(draft, wall, "UTC")
    schedule_locally(other, wall, "UTC")
    SegmentUse.objects.create(campaign=draft, segment=None, name="Gone", excludes=False)
    world.make_contact(draft.workspace, on=readers, time_zone="Asia/Tokyo")
    scheduling.look_ahead()
    other.refresh_from_db()
    assert other.scheduled_at == wall.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    with pytest.raises(scheduling.ScheduleError, match="Nobody"):
        scheduling.plan(draft, wall, "UTC")


def test_sending_at_once_after_all_forgets_the_local_times(crowd):
    schedule_locally(crowd)
    assert launch.launch(crowd)
    assert launch.prepare(crowd.pk)
    assert all(at <= moves.now() for at in moments(crowd).values())


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_hour_by_hour_and_is_finished_with_the_last(crowd, sink):
    schedule_locally(crowd)
    freeze(crowd)
    arrived = []
    for name in ("kiritimati", "tokyo", "somewhere", "nowhere", "boston"):
        rows = Delivery.objects.filter(address=f"{name}@example.com")
        assert not transport.work(crowd.pk, seconds=5)
        rows.update(next_at=timezone.now())
        transport.work(crowd.pk, seconds=5)
        arrived.append(name)
        assert sink.recipients() == [f"{one}@example.com" for one in arrived]
        tasks.tick()
        crowd.refresh_from_db()
        assert (crowd.status == Campaign.Status.SENT) == (name == "boston")


def test_the_numbers_are_shown_before_anything_is_scheduled(alice, crowd):
    page = alice.post(reverse("sending:confirm", args=[crowd.pk]), LOCALLY)
    assert page.status_code == 200
    assert "5 people in 3 time zones get it on Monday, 3 March 2031 at 09:00" in page.text
    assert "from Sunday, 2 March, 20:00 to Monday, 3 March, 15:00" in page.text
    assert "Of 2 people neither time zone nor country is known" in page.text
    crowd.refresh_from_db()
    assert crowd.status == Campaign.Status.DRAFT
    assert 'value="2031-03-03T09:00:00 Europe/Berlin"' in page.text


def test_what_was_shown_can_be_agreed_to_and_then_stands_on_the_page(alice, crowd):
    alice.post(reverse("sending:confirm", args=[crowd.pk]), AGREED)
    crowd.refresh_from_db()
    assert crowd.status == Campaign.Status.SCHEDULED
    assert crowd.scheduled_locally
    page = alice.get(reverse("sending:campaign", args=[crowd.pk])).text
    assert "Reaches each person on Monday, 3 March 2031 at 09:00 by their own clock" in page
    again = alice.get(reverse("sending:confirm", args=[crowd.pk])).text
    assert 'value="2031-03-03"' in again


def test_a_changed_time_is_shown_again_before_it_counts(alice, crowd):
    alice.post(reverse("sending:confirm", args=[crowd.pk]), AGREED | {"time": "10:00"})
    crowd.refresh_from_db()
    assert crowd.status == Campaign.Status.DRAFT


def test_who_is_told_that_a_time_is_over_for_some_can_still_choose(alice, crowd):
    berlin = ZoneInfo("Europe/Berlin")
    soon = moves.now().astimezone(berlin) + timedelta(hours=1)
    values = LOCALLY | {"date": f"{soon:%Y-%m-%d}", "time": f"{soon:%H:%M}"}
    page = alice.post(reverse("sending:confirm", args=[crowd.pk]), values).text
    assert "For 2 people that time is over: they get it at once." in page


def test_the_page_says_how_many_wait_for_which_hour(alice, crowd):
    schedule_locally(crowd)
    freeze(crowd)
    page = alice.get(reverse("sending:campaign", args=[crowd.pk])).text
    assert "The next 1 person gets it on Sunday, 2 March, 19:00 (UTC)" in page
    assert "Who waits for their own time" in page
    assert "Monday, 3 March, 08:00" in page


def test_every_country_that_we_understand_has_a_usual_zone():
    known = set(vocabulary._countries().values())
    # Uninhabited, or a code of the post's.
    assert known - set(zones.of_countries()) <= {"AC", "BV", "CP", "CQ", "DG", "HM", "QO", "TA"}
    assert set(zones.of_countries().values()) <= zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("AU", "Australia/Sydney"),
        ("BR", "America/Sao_Paulo"),
        ("CA", "America/Toronto"),
        ("ES", "Europe/Madrid"),
        ("RU", "Europe/Moscow"),
        ("US", "America/New_York"),
    ],
)
def test_of_several_zones_a_country_has_that_of_most_people(country, zone):
    assert zones.of_countries()[country] == zone


def test_the_moments_are_worked_out_per_zone_and_not_per_person(draft, django_assert_num_queries):
    found = local_times.of_wall_time(WALL, "UTC")
    assert len(found.zones) < 1000
    assert len(json.dumps(sorted(found.zones))) < 50_000
    stage.make_many(draft.workspace, draft.lists.get(), 100)
    # The lists, the segments, the people and the time.
    with django_assert_num_queries(4):
        scheduling.plan(draft, WALL, "UTC")


def test_who_said_no_zone_gets_it_by_where_they_click(crowd):
    everybody = crowd.workspace.contacts
    everybody.filter(email__startswith="boston").update(learned_zone="America/Los_Angeles")
    everybody.filter(email__startswith="tokyo").update(learned_zone="America/Los_Angeles")
    schedule_locally(crowd)
    freeze(crowd)
    found = moments(crowd)
    assert found["boston"] == utc(17), "where they click stands above their country"
    assert found["tokyo"] == utc(0), "and below what they said"
