"""From the spool to events and counts: each hit once, whatever happens."""

import gc
import threading

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection

from tests.browser.stack import until
from tests.tracking.agents_met import CHROME
from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tracking import counting, draining, hits, sorting, spool
from tracking.models import CampaignCount, Event, SpoolPosition
from tracking.tokens import Token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


def test_hits_become_events_and_the_spool_is_empty(folder):
    campaign = make_campaign()
    fill(folder, [make_hit(Token(campaign)), make_hit(person(campaign, 1), 1)])
    assert draining.drain(folder) == 2
    assert Event.objects.filter(campaign_id=campaign).count() == 2
    assert spool.segments(folder) == []


def test_draining_twice_counts_once(folder):
    campaign = make_campaign()
    fill(folder, [make_hit(Token(campaign))])
    draining.drain(folder)
    assert draining.drain(folder) == 0
    assert CampaignCount.objects.get(campaign_id=campaign).opens == 1


def test_places_of_segments_that_are_gone_are_forgotten(folder):
    campaign = make_campaign()
    drainer = draining.Drainer(folder)
    for _ in range(3):
        fill(folder, [make_hit(Token(campaign))])
        drainer.step()
    assert SpoolPosition.objects.count() == 1


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def die(*args: object) -> None:
    raise Killed


@pytest.mark.parametrize("place", ["tracking.draining._move", "tracking.spool.remove"])
def test_dying_before_and_after_the_commit_counts_once(folder, monkeypatch, place):
    campaign = make_campaign()
    fill(folder, [make_hit(person(campaign, 1)) for _ in range(3)])
    with monkeypatch.context() as patch:
        patch.setattr(place, die)
        with pytest.raises(Killed):
            draining.drain(folder)
    draining.drain(folder)
    assert Event.objects.filter(campaign_id=campaign).count() == 3
    assert CampaignCount.objects.get(campaign_id=campaign).opens == 3
    assert spool.segments(folder) == []


def test_what_comes_after_a_drained_part_is_drained_alone(folder):
    campaign = make_campaign()
    writer = spool.Writer(folder)
    drainer = draining.Drainer(folder)
    for number in range(1, 4):
        writer.append(hits.pack(make_hit(Token(campaign))))
        assert drainer.step() == 1
        assert Event.objects.filter(campaign_id=campaign).count() == number


def test_a_record_that_is_none_does_not_stop_the_others(folder):
    campaign = make_campaign()
    writer = spool.Writer(folder)
    for record in (b"", b"\xff\xfe", b"1\x1fo\x1fforged\x1f0\x1f\x1f\x1f", b"\x1f" * 6):
        writer.append(record)
    writer.close()
    fill(folder, [make_hit(Token(campaign))])
    assert draining.drain(folder) == 5
    assert Event.objects.count() == 1
    assert spool.segments(folder) == []


@pytest.mark.parametrize("drainers", [1, 3])
def test_a_hit_that_the_database_refuses_is_passed_over(folder, monkeypatch, drainers):
    campaign = make_campaign()
    fill(folder, [make_hit(person(campaign, 1), after=n) for n in range(30)])
    real = sorting.sort

    def sort(records, recent):
        found = real(records, recent)
        # As wide as no column is.
        return [
            event._replace(reason="x" * 99) if event.at.second % 10 == 2 else event
            for event in found
        ]

    monkeypatch.setattr(sorting, "sort", sort)
    stop = threading.Event()
    runners = [
        threading.Thread(target=_run, args=[draining.Drainer(folder), stop])
        for _number in range(drainers)
    ]
    for runner in runners:
        runner.start()
    until(lambda: not spool.segments(folder), "the spool is empty")
    stop.set()
    for runner in runners:
        runner.join()
    assert Event.objects.count() == CampaignCount.objects.get(campaign_id=campaign).opens == 27


def test_when_all_hits_are_refused_they_wait(folder, monkeypatch):
    campaign = make_campaign()
    fill(folder, [make_hit(Token(campaign), after=n) for n in range(30)])
    monkeypatch.setattr(draining, "LONGEST_WAIT_SECONDS", 0.01)
    stop = threading.Event()
    with monkeypatch.context() as broken:
        broken.setattr(counting, "keep", refuse)
        drainer = draining.Drainer(folder)
        runner = threading.Thread(target=_run, args=[drainer, stop])
        runner.start()
        until(lambda: drainer._refused == draining.MOST_REFUSED, "enough is enough")
        stop.set()
        runner.join()
    assert draining.drain(folder) == 30 - draining.MOST_REFUSED


def test_garbage_is_looked_for_again_after_a_batch_that_failed(folder, monkeypatch):
    fill(folder, [make_hit(Token(make_campaign()))])
    found: list[bool] = []

    def refuse_and_look(*args: object) -> None:
        found.append(gc.isenabled())
        refuse()

    monkeypatch.setattr(counting, "keep", refuse_and_look)
    with pytest.raises(IntegrityError):
        draining.drain(folder)
    assert found == [False]
    assert gc.isenabled()


def refuse(*args: object) -> None:
    raise IntegrityError("no")


def _run(drainer: draining.Drainer, stop: threading.Event) -> None:
    drainer.run(stop)
    connection.close()


def test_the_command_says_how_many_it_drained(folder, settings, capsys):
    settings.SPOOL_DIR = folder
    fill(folder, [make_hit(Token(make_campaign())) for _ in range(3)])
    call_command("drain", "--once")
    assert capsys.readouterr().out == "3 opens and clicks drained.\n"


def test_addresses_and_agents_stay_in_the_spool(folder):
    campaign = make_campaign()
    found = [
        make_hit(mail, number, ip="145.97.20.10", agent=f"{CHROME} Marked/77.31")
        for mail in (Token(campaign), person(campaign, 1))
        for number in (0, 1)
    ]
    fill(folder, found)
    assert b"145.97.20.10" in spool.segments(folder)[0].read_bytes()
    draining.drain(folder)
    assert Event.objects.filter(verdict="human").count() == 4
    for model in apps.get_app_config("tracking").get_models():
        for row in model._default_manager.values():
            assert not any("145.97." in str(value) for value in row.values())
            assert not any("77.31" in str(value) for value in row.values())
    assert [path for path in folder.iterdir() if path.suffix == spool.SUFFIX] == []
