"""The clocks of machines jump, beats ring together, zones get new rules: nothing depends on it."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from campaigns.composing.models import Campaign, Revision
from campaigns.sending import launch, scheduling, tasks
from campaigns.sending.models import Cooldown, Delivery, Lease
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage
from tests.sending.test_tasks import eager, worker

__all__ = ["eager"]

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
JUMPS = [pytest.param(HOUR, id="ahead"), pytest.param(-HOUR, id="behind")]
JUMP = "import time, time_machine; time_machine.travel(time.time() + {}, tick=True).start(); "
BEAT = """
tasks.tick.app.conf.task_always_eager = True
for _ in range(5):
    tasks.tick()
"""


def jumped(by: timedelta, code: str, **environment: str):
    return worker(JUMP.format(by.total_seconds()) + code, **environment)


@pytest.mark.parametrize("by", JUMPS)
def test_a_worker_whose_clock_jumped_sends_once_and_waits_as_long_as_others(draft, sink, by):
    stage.make_many(draft.workspace, draft.lists.get(), 30)
    world.make_contact(draft.workspace, on=draft.lists.get(), email="rcpt-450@example.com")
    launch.launch(draft)
    launch.prepare(draft.pk)
    before = moves.now()
    assert jumped(by, f"transport.work({draft.pk}, seconds=5)").wait(60) == 0
    assert len(set(sink.recipients())) == len(sink.recipients()) == 30
    assert stage.states(draft) == {"sent": 30, "pending": 1}
    next_at = Delivery.objects.get(state="pending").next_at
    assert next_at is not None
    waits = next_at - before
    assert timedelta(seconds=40) < waits < timedelta(seconds=140)
    done = Delivery.objects.filter(state="sent").earliest("done_at").done_at
    assert done is not None
    assert before <= done <= moves.now()


@pytest.mark.parametrize("by", JUMPS)
def test_what_a_worker_with_such_a_clock_holds_is_held_as_long_as_ever(draft, sink, by):
    stage.make_many(draft.workspace, draft.lists.get(), 1)
    launch.launch(draft)
    launch.prepare(draft.pk)
    jumped(by, f"transport.work({draft.pk}, seconds=5)", FAULT="after_claim").wait(60)
    assert timedelta(0) < Lease.objects.get().until - moves.now() < timedelta(seconds=95)
    with time_machine.travel(datetime.now().astimezone() + by, tick=True):
        tasks.tick()
    assert stage.states(draft) == {"claimed": 1}


@pytest.mark.parametrize("by", JUMPS)
def test_a_beat_with_such_a_clock_launches_what_is_due_and_nothing_else(draft, sink, eager, by):
    stage.make_many(draft.workspace, draft.lists.get(), 1)
    now = moves.now()
    Campaign.objects.update(status="scheduled", scheduled_at=now - timedelta(minutes=1))
    lists = [draft.lists.get()]
    later = world.make_campaign(
        draft.workspace,
        lists=lists,
        sender=draft.sender,
        status="scheduled",
        scheduled_at=now + HOUR / 2,
    )
    with time_machine.travel(datetime.now().astimezone() + by, tick=True):
        tasks.tick()
    draft.refresh_from_db()
    later.refresh_from_db()
    assert draft.launched_at is not None
    assert (draft.status, later.status) != ("missed", "missed")
    assert later.status == Campaign.Status.SCHEDULED


@pytest.mark.parametrize("by", JUMPS)
def test_a_provider_is_left_alone_by_the_databases_clock(draft, sink, by):
    Cooldown.objects.create(
        provider=draft.sender.provider, until=moves.now() + timedelta(minutes=10)
    )
    stage.make_many(draft.workspace, draft.lists.get(), 1)
    launch.launch(draft)
    launch.prepare(draft.pk)
    assert jumped(by, f"transport.work({draft.pk}, seconds=5)").wait(60) == 0
    assert sink.taken == []


@pytest.mark.parametrize("by", JUMPS)
def test_a_moment_is_past_when_the_database_says_so(draft, by):
    with time_machine.travel(datetime.now().astimezone() + by, tick=True):
        with pytest.raises(scheduling.ScheduleError):
            scheduling.schedule(draft, moves.now() - timedelta(seconds=5), "UTC")
        assert scheduling.schedule(draft, moves.now() + timedelta(minutes=1), "UTC")


def test_three_beats_in_processes_of_their_own_start_each_campaign_once(draft, sink):
    stage.make_many(draft.workspace, draft.lists.get(), 10)
    for _ in range(5):
        world.make_campaign(draft.workspace, lists=[draft.lists.get()], sender=draft.sender)
    Campaign.objects.update(status="scheduled", scheduled_at=moves.now())
    beats = [worker(BEAT) for _ in range(3)]
    assert [beat.wait(90) for beat in beats] == [0, 0, 0]
    assert set(Campaign.objects.values_list("status", flat=True)) == {"sent"}
    assert Revision.objects.count() == 6
    assert Delivery.objects.filter(state="sent").count() == len(sink.taken) == 60


@pytest.fixture
def new_rules(tmp_path: Path):
    """From now on the clocks of Berlin go like those of New York."""
    folder = tmp_path / "zones" / "Europe"
    folder.mkdir(parents=True)
    rules = resources.files("tzdata").joinpath("zoneinfo", "America", "New_York")
    before = zoneinfo.TZPATH

    def decree() -> None:
        (folder / "Berlin").write_bytes(rules.read_bytes())
        zoneinfo.reset_tzpath(to=[str(folder.parent)])
        ZoneInfo.clear_cache(only_keys=["Europe/Berlin"])

    yield decree
    zoneinfo.reset_tzpath(to=before)
    ZoneInfo.clear_cache(only_keys=["Europe/Berlin"])


def test_new_rules_of_a_zone_move_no_schedule_and_are_told(alice, draft, new_rules):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    values = {"schedule": "yes", "date": "2031-07-01", "time": "09:30", "zone": "Europe/Berlin"}
    alice.post(reverse("sending:confirm", args=[draft.pk]), values)
    pages = [reverse(f"sending:{name}", args=[draft.pk]) for name in ("campaign", "confirm")]
    for page in pages:
        assert "changed their rules" not in alice.get(page).text
    new_rules()
    for page in pages:
        said = alice.get(page).text
        assert "You chose 09:30 in Europe/Berlin" in said
        assert "1 July, 07:30 UTC" in said
        assert "clocks there will show 1 July, 03:30" in said
    draft.refresh_from_db()
    assert draft.scheduled_at is not None
    assert draft.scheduled_at.isoformat() == "2031-07-01T07:30:00+00:00"
    alice.post(pages[1], values)
    draft.refresh_from_db()
    assert draft.scheduled_at.isoformat() == "2031-07-01T13:30:00+00:00"
    assert "changed their rules" not in alice.get(pages[0]).text


def test_everybodys_own_time_goes_by_the_rules_of_the_day(draft, new_rules):
    world.make_contact(draft.workspace, on=draft.lists.get(), time_zone="Europe/Berlin")
    assert scheduling.schedule_locally(draft, datetime(2031, 7, 1, 9, 30), "UTC")
    new_rules()
    assert not scheduling.has_drifted(draft)
    Campaign.objects.update(scheduled_at=timezone.now())
    launch.launch_due(draft.pk)
    launch.prepare(draft.pk)
    assert Delivery.objects.get().next_at == datetime(2031, 7, 1, 13, 30, tzinfo=UTC)
