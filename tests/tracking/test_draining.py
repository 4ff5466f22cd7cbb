"""From the spool to events and counts: each hit once, whatever happens."""

import pytest

from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tracking import draining, spool
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
