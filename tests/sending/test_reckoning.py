"""How a campaign stands: counted when it must be, remembered when nothing can have changed."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from anymail.signals import EventType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import again, facts, progress, reckoning, steering
from campaigns.sending.models import Delivery, Reckoning
from campaigns.sending.querysets import moves, reckonings
from campaigns.sending.severities import Severity
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def large(workspace, monkeypatch) -> Campaign:
    """A campaign that is over, and large enough to be remembered."""
    monkeypatch.setattr(reckoning, "WORTH_REMEMBERING", 1)
    campaign = stage.make_sending(workspace, people=5)
    stage.become(Delivery.objects.filter(campaign=campaign), "sent", done_at=timezone.now())
    assert moves.finish(campaign.pk)
    return campaign


@pytest.fixture(autouse=True)
def _nobody_counts_ahead(monkeypatch) -> None:
    monkeypatch.setattr(reckoning, "GRACE", 0)


@pytest.fixture
def counts(monkeypatch) -> list[int]:
    """Whom was counted for."""
    made: list[int] = []
    count = reckonings.count

    def noted(ids):
        made.extend(ids)
        return count(ids)

    monkeypatch.setattr(reckonings, "count", noted)
    return made


def sent(campaign):
    reckoned = reckoning.of(campaign.pk)
    return sum(row.deliveries for row in reckoned.rows if row.state == "sent"), reckoned.is_final


def settle(campaign):
    """Count until the memory is final, as looks do over a while."""
    reckoning.of(campaign.pk)
    rest(campaign)
    reckoning.of(campaign.pk)
    assert reckonings.look([campaign.pk])[0].is_doubted is False


def rest(campaign):
    """Let as much time pass as lies between two counts."""
    long_ago = timezone.now() - timedelta(hours=1)
    Reckoning.objects.filter(campaign=campaign).update(begun_at=long_ago, counted_at=long_ago)


def make_counting_dear():
    """Let the next count be far off; `rest` still brings it near."""
    Reckoning.objects.update(took=60.0)


def tell(campaign, kind=EventType.BOUNCED, key="1"):
    delivery = Delivery.objects.filter(campaign=campaign).earliest("pk")
    told = facts.Told(
        delivery=delivery,
        source="mailgun",
        key=key,
        kind=kind,
        at=timezone.now(),
        severity=Severity.HARD if kind == EventType.BOUNCED else Severity.NONE,
    )
    facts.take_in(told)


def test_a_campaign_that_is_over_is_counted_no_more(large, counts):
    settle(large)
    made = len(counts)
    for _look in range(5):
        assert sent(large) == (5, True)
    assert len(counts) == made


def test_a_small_campaign_is_counted_at_each_look(workspace, counts):
    campaign = stage.make_sending(workspace, people=3)
    for _look in range(3):
        reckoning.of(campaign.pk)
    assert len(counts) == 3
    assert not Reckoning.objects.exists()


def test_a_bounce_is_seen_at_the_next_look(large):
    settle(large)
    make_counting_dear()
    tell(large)
    assert not reckoning.of(large.pk).is_final
    rest(large)
    found = reckoning.of(large.pk)
    assert sum(row.bounced for row in found.rows) == 1


def test_a_large_campaign_is_not_counted_for_each_bounce(large, counts):
    settle(large)
    make_counting_dear()
    made = len(counts)
    for number in range(5):
        tell(large, EventType.DELIVERED, key=str(number))
        found = reckoning.of(large.pk)
        assert not found.is_final
        assert not found.is_fresh
    assert len(counts) <= made + 1


def test_what_was_counted_while_it_was_sending_is_no_result(large, counts):
    Campaign.objects.filter(pk=large.pk).update(status="sending", finished_at=None)
    Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(
        state="pending", next_at=timezone.now()
    )
    assert sent(large) == (4, False)
    make_counting_dear()
    stage.become(Delivery.objects.filter(state="pending"), "sent")
    assert moves.finish(large.pk)
    # However lately and dearly it was counted: the end is counted anew.
    assert sent(large) == (5, True)


def test_a_campaign_that_goes_on_is_no_longer_what_it_was(large):
    stage.become(Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk), "unknown")
    settle(large)
    assert sent(large) == (4, True)
    assert again.resend_unconfirmed(large, as_of=timezone.now()) == 1
    assert sent(large) == (4, False)


def test_evidence_on_what_was_not_confirmed_is_seen_though_nobody_says_so(large):
    first = Delivery.objects.earliest("pk")
    stage.become(Delivery.objects.filter(pk=first.pk), "unknown")
    settle(large)
    assert sent(large) == (4, True)
    assert moves.take_evidence(first.pk, state="sent", message_id="", reason="")
    rest(large)
    assert sent(large) == (5, True)


def test_a_cancelled_campaign_is_not_final_while_rows_are_open(large):
    Campaign.objects.filter(pk=large.pk).update(status="sending", finished_at=None)
    stage.become(Delivery.objects.all(), "pending")
    large.refresh_from_db()
    assert steering.cancel(large)
    stage.become(Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk), "pending")
    settle_open = reckoning.of(large.pk)
    assert not settle_open.is_final
    rest(large)
    assert not reckoning.of(large.pk).is_final


def test_news_that_come_while_it_is_counted_are_not_forgotten(large, monkeypatch):
    """The count has looked already, and has not written yet."""
    settle(large)
    tell(large, EventType.DELIVERED, key="first")
    rest(large)
    count = reckonings.count

    def slow(ids):
        found = count(ids)
        tell(large, EventType.BOUNCED, key="meanwhile")
        return found

    monkeypatch.setattr(reckonings, "count", slow)
    assert sum(row.bounced for row in reckoning.of(large.pk).rows) == 0
    monkeypatch.setattr(reckonings, "count", count)
    make_counting_dear()
    assert not reckoning.of(large.pk).is_final
    rest(large)
    assert sum(row.bounced for row in reckoning.of(large.pk).rows) == 1


def test_news_that_are_committed_after_the_count_doubt_it(large):
    """Another connection has written a bounce, and commits when the count is over."""
    settle(large)
    tell(large, EventType.DELIVERED, key="first")
    rest(large)
    written, counted = Event(), Event()

    def other():
        try:
            delivery = Delivery.objects.filter(campaign=large).earliest("pk")
            with transaction.atomic():
                moves.note_fact(delivery.pk, "hard_bounced_at", timezone.now())
                reckoning.doubt(large.pk)
                written.set()
                counted.wait(60)
        finally:
            connection.close()

    thread = Thread(target=other)
    thread.start()
    assert written.wait(60)
    assert sum(row.bounced for row in reckoning.of(large.pk).rows) == 0
    counted.set()
    thread.join(60)
    make_counting_dear()
    assert not reckoning.of(large.pk).is_final
    rest(large)
    assert sum(row.bounced for row in reckoning.of(large.pk).rows) == 1


def test_a_count_that_died_leaves_no_certainty(large):
    settle(large)
    tell(large)
    rest(large)
    # Whoever begins takes the doubt away, and dies before it writes.
    assert reckonings.begin(large.pk, pause=reckoning.PAUSE) is not None
    make_counting_dear()
    assert not reckoning.of(large.pk).is_final


def test_an_older_count_does_not_overwrite_a_newer(large):
    settle(large)
    found = reckonings.count([large.pk])[large.pk]
    older = timezone.now() - timedelta(days=1)
    wrong = found._replace(rows=[found.rows[0]._replace(deliveries=1)])
    reckonings.keep(large.pk, wrong, begun_at=older, took=1, said=([], []))
    assert sent(large) == (5, True)


def test_the_pace_is_measured_between_counts_and_not_between_looks(large):
    Campaign.objects.filter(pk=large.pk).update(status="sending", finished_at=None)
    large.refresh_from_db()
    first = progress.progress(large)
    make_counting_dear()
    second = progress.progress(large, first.look)
    assert second.look == first.look
    assert second.rate is None


def test_looks_at_the_end_ask_one_question(large, django_assert_num_queries):
    settle(large)
    with django_assert_num_queries(1):
        assert sent(large) == (5, True)


def test_news_that_nobody_waits_for_write_nothing(large, django_assert_num_queries):
    settle(large)
    reckonings.doubt(large.pk)
    before = Reckoning.objects.get().begun_at
    reckonings.doubt(large.pk)
    assert Reckoning.objects.get().begun_at == before
    assert Reckoning.objects.get().is_doubted


def test_the_page_of_a_campaign_that_all_got_looks_at_no_delivery(large, alice):
    settle(large)
    with CaptureQueriesContext(connection) as queries:
        assert alice.get(f"/campaigns/{large.pk}/").status_code == 200
    looked = [one["sql"] for one in queries if "sending_delivery" in one["sql"]]
    # Is anything unconfirmed: an index tells.
    assert [sql for sql in looked if "unknown_since IS NOT NULL" not in sql] == []


def test_what_mails_record_of_opens_and_clicks_is_remembered_apart(large):
    rows = Delivery.objects.filter(campaign=large).order_by("pk")
    first, second = rows.values_list("pk", flat=True)[:2]
    rows.update(mode="individual")
    rows.filter(pk=first).update(click_mode="aggregate")
    rows.filter(pk=second).update(mode="aggregate", click_mode="individual")
    settle(large)
    assert not reckoning.of(large.pk).is_fresh
    assert reckoning.recorded(large.pk) == {"individual": 3, "opens": 1, "clicks": 1}
