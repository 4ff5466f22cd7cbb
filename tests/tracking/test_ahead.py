"""Reading the spool ahead: a batch is understood early, and still counts once, from its place."""

import pytest
from django.db import OperationalError

from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tracking import draining, hits, spool
from tracking.models import CampaignCount, Event
from tracking.tokens import Token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def campaign():
    return make_campaign()


def of(campaign, *numbers):
    return [make_hit(person(campaign, number), after=number) for number in numbers]


def deliveries(campaign):
    return sorted(Event.objects.filter(campaign_id=campaign).values_list("delivery_id", flat=True))


def test_the_next_batch_is_read_while_the_last_is_kept(folder, campaign, monkeypatch):
    fill(folder, of(campaign, 1, 2, 3, 4))
    drainer = draining.Drainer(folder)
    assert drainer.step(limit=2) == 2
    # What stands in the file now is not asked for any more.
    monkeypatch.setattr(spool, "read", only_after_the_end)
    assert drainer.step(limit=2) == 2
    assert deliveries(campaign) == [1, 2, 3, 4]


READ = spool.read


def only_after_the_end(path, offset, limit):
    records, end = READ(path, offset, limit)
    assert not records, f"{path.name} was read again from {offset}"
    return records, end


def test_what_came_after_reading_ahead_comes_along(folder, campaign):
    writer = spool.Writer(folder)
    for hit in of(campaign, 1, 2, 3):
        writer.append(hits.pack(hit))
    drainer = draining.Drainer(folder)
    assert drainer.step(limit=2) == 2
    for hit in of(campaign, 4, 5):
        writer.append(hits.pack(hit))
    assert drainer.step(limit=2) == 2
    assert deliveries(campaign) == [1, 2, 3, 4]
    assert drainer.step(limit=2) == 1


def test_what_another_drainer_took_meanwhile_counts_once(folder, campaign):
    fill(folder, of(campaign, *range(1, 8)))
    first, other = draining.Drainer(folder), draining.Drainer(folder)
    assert first.step(limit=2) == 2
    assert other.step(limit=3) == 3
    assert first.step(limit=2) == 2
    assert deliveries(campaign) == [1, 2, 3, 4, 5, 6, 7]
    assert CampaignCount.objects.get(campaign_id=campaign).opens == 7


def test_a_batch_that_the_database_gave_back_is_read_again_before_the_next(
    folder, campaign, monkeypatch
):
    fill(folder, of(campaign, 1, 2, 3, 4))
    drainer = draining.Drainer(folder)
    with monkeypatch.context() as broken:
        broken.setattr(draining, "_move", lost)
        with pytest.raises(OperationalError):
            drainer.step(limit=2)
    assert [drainer.step(limit=2), drainer.step(limit=2)] == [2, 2]
    assert deliveries(campaign) == [1, 2, 3, 4]


def lost(parts):
    raise OperationalError("the connection is lost")


def test_one_by_one_takes_one_of_what_was_read_ahead(folder, campaign):
    fill(folder, of(campaign, 1, 2, 3, 4))
    drainer = draining.Drainer(folder)
    drainer.step(limit=2)
    assert drainer.step(limit=1, passes_over=True) == 1
    assert deliveries(campaign) == [1, 2, 3]
    assert drainer.step(limit=2) == 1


def test_segments_are_read_ahead_in_their_order(folder, campaign, monkeypatch):
    for numbers in [(1, 2), (3,), (4,)]:
        fill(folder, of(campaign, *numbers))
    drainer = draining.Drainer(folder)
    assert drainer.step(limit=2) == 2
    monkeypatch.setattr(spool, "read", only_after_the_end)
    assert drainer.step(limit=2) == 2
    assert deliveries(campaign) == [1, 2, 3, 4]


def test_a_disk_that_fails_while_reading_ahead_stops_nothing(folder, campaign, monkeypatch):
    writer = spool.Writer(folder)
    for hit in of(campaign, 1, 2, 3):
        writer.append(hits.pack(hit))
    drainer = draining.Drainer(folder)

    def fails_the_second_time(path, offset, limit):
        if offset:
            raise OSError("input/output error")
        return READ(path, offset, limit)

    with monkeypatch.context() as broken:
        broken.setattr(spool, "read", fails_the_second_time)
        assert drainer.step(limit=2) == 2
        with pytest.raises(OSError, match="input/output"):
            drainer.step(limit=2)
    assert drainer.step(limit=2) == 1
    assert deliveries(campaign) == [1, 2, 3]


def test_a_record_that_is_none_counts_as_read_ahead(folder, campaign):
    writer = spool.Writer(folder)
    for record in [*map(hits.pack, of(campaign, 1, 2)), b"\xff\xfe", hits.pack(make_hit(Token(1)))]:
        writer.append(record)
    writer.close()
    drainer = draining.Drainer(folder)
    assert [drainer.step(limit=2), drainer.step(limit=2)] == [2, 2]
    assert deliveries(campaign) == [1, 2]
    assert spool.segments(folder) == []
