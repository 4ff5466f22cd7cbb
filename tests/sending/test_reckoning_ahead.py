"""Large campaigns are counted behind the pages, so that nobody who looks waits for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import reckoning, tasks
from campaigns.sending.models import Delivery, Reckoning
from campaigns.sending.querysets import moves, reckonings
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 5


@pytest.fixture
def large(workspace, monkeypatch) -> Campaign:
    """A campaign that goes out, and is large enough to be remembered."""
    monkeypatch.setattr(reckoning, "WORTH_REMEMBERING", PEOPLE)
    return stage.make_sending(workspace, people=PEOPLE)


@pytest.fixture
def made(monkeypatch) -> list[int]:
    """Whom was counted for."""
    found: list[int] = []
    count = reckonings.count

    def noted(ids):
        found.extend(ids)
        return count(ids)

    monkeypatch.setattr(reckonings, "count", noted)
    return found


def pass_time(campaign, **since):
    then = timezone.now() - timedelta(**since)
    Reckoning.objects.filter(campaign=campaign).update(begun_at=then, counted_at=then)


def finish(campaign):
    stage.become(Delivery.objects.filter(campaign=campaign), "sent", done_at=timezone.now())
    assert moves.finish(campaign.pk)


def test_what_was_counted_ahead_is_counted_for_no_visitor(large, made):
    assert reckoning.due() == [large.pk]
    tasks.count_campaign(large.pk)
    assert made == [large.pk]
    pass_time(large, seconds=20)
    assert sum(row.deliveries for row in reckoning.of(large.pk).rows) == PEOPLE
    assert made == [large.pk]
    assert reckoning.due() == [large.pk]


def test_the_end_of_a_campaign_is_counted_at_once_and_then_no_more(large):
    tasks.count_campaign(large.pk)
    finish(large)
    assert reckoning.due() == [large.pk]
    tasks.count_campaign(large.pk)
    pass_time(large, seconds=10)
    assert reckoning.due() == []
    assert reckoning.of(large.pk).is_final


def test_a_visitor_counts_where_nobody_has_for_long(large, made):
    tasks.count_campaign(large.pk)
    finish(large)
    pass_time(large, seconds=reckoning.GRACE + 5)
    assert reckoning.of(large.pk).is_final
    assert made == [large.pk, large.pk]


def test_news_of_a_mail_let_it_be_counted_again(large):
    finish(large)
    tasks.count_campaign(large.pk)
    pass_time(large, seconds=10)
    tasks.count_campaign(large.pk)
    assert reckoning.due() == []
    reckonings.doubt(large.pk)
    pass_time(large, seconds=10)
    assert reckoning.due() == [large.pk]


def test_a_campaign_that_rests_is_left_alone(large):
    Campaign.objects.filter(pk=large.pk).update(status="paused")
    tasks.count_campaign(large.pk)
    pass_time(large, seconds=10)
    tasks.count_campaign(large.pk)
    pass_time(large, hours=1)
    Reckoning.objects.update(is_doubted=False)
    assert reckoning.due() == []


@pytest.mark.parametrize(
    ("people", "finished"), [(PEOPLE + 1, 0), (PEOPLE, 2)], ids=["small", "long_ago"]
)
def test_small_ones_and_old_ones_wait_for_a_visitor(large, monkeypatch, people, finished):
    monkeypatch.setattr(reckoning, "WORTH_REMEMBERING", people)
    finish(large)
    ended = timezone.now() - timedelta(days=finished)
    Campaign.objects.filter(pk=large.pk).update(finished_at=ended)
    assert reckoning.due() == []


def test_the_tick_rings_for_what_is_to_be_counted(large, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(
        tasks.count_campaign, "apply_async", lambda args, **options: rung.append(*args)
    )
    tasks.tick()
    assert large.pk in rung
