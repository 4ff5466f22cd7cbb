"""The kill switch: mails of a stopped campaign, those that are out too, collect nothing."""

from pathlib import Path

import pytest

from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tracking import draining, stopping
from tracking.models import CampaignCount, Engagement, Event, LinkClicker, PeopleCount
from tracking.tokens import Token

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(tmp_path: Path) -> int:
    """A campaign with one person's open and click, and an open by nobody in particular."""
    campaign = make_campaign()
    hits = [make_hit(person(campaign, 1)), make_hit(person(campaign, 1), 1)]
    fill(tmp_path, [*hits, make_hit(Token(campaign))])
    draining.drain(tmp_path)
    return campaign


def test_nothing_is_counted_any_more_not_even_totals(campaign, tmp_path):
    other = make_campaign()
    before = list(CampaignCount.objects.order_by("pk").values())
    assert stopping.stop(campaign, 1)
    fill(tmp_path, [make_hit(person(campaign, 2)), make_hit(Token(campaign), 1)])
    fill(tmp_path, [make_hit(person(other, 3))])
    draining.drain(tmp_path)
    mine = CampaignCount.objects.filter(campaign_id=campaign).order_by("pk")
    assert list(mine.values()) == before
    assert set(Event.objects.values_list("campaign_id", flat=True)) == {campaign, other}


def test_stopping_twice_changes_nothing(campaign):
    assert [stopping.stop(campaign, 1) for _ in range(2)] == [True, False]


def test_a_campaign_that_nobody_has_met_can_be_stopped(tmp_path):
    assert stopping.stop(987_654, 1)
    fill(tmp_path, [make_hit(Token(987_654))])
    draining.drain(tmp_path)
    assert not Event.objects.exists()


def test_erasing_takes_people_and_leaves_totals(campaign):
    assert stopping.erase(campaign) == 1
    assert not Engagement.objects.exists() and not LinkClicker.objects.exists()
    assert list(Event.objects.values_list("contact_id", flat=True)) == [None]
    assert PeopleCount.objects.get().openers_sure == 1
    assert sum(CampaignCount.objects.values_list("opens", flat=True)) == 2
    assert stopping.erase(campaign) == 0
