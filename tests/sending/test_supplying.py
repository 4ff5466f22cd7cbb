"""A lane is always one window ahead of the ledger, and what it does not need goes back."""

import threading
import time

import pytest
from django.db import DatabaseError

from campaigns.composing.models import Campaign
from campaigns.sending import claiming, launch, supplying, transport
from campaigns.sending.models import Delivery, Lease
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing.gates import Brakes, Gate
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def turn(draft):
    """A worker's turn at a campaign with 40 people."""
    stage.make_many(draft.workspace, draft.lists.get(), 40)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    stop = threading.Event()
    brakes = Brakes(draft, draft.sender.provider_id, stop)
    return transport.Shift(draft, draft.sender.provider, time.monotonic() + 60, stop, brakes)


def taken(batch: supplying.Batch) -> supplying.Batch:
    """Say that a provider took all of it."""
    batch.made, batch.outcomes = list(batch.rows), [Outcome(Verdict.SENT, 250)] * len(batch.rows)
    return batch


def test_the_next_window_is_promised_while_one_is_out(turn):
    ahead = supplying.Ahead(supplying.Supply(turn))
    ahead.window = 4
    first = ahead.next()
    assert first is not None
    stage.wait_until(lambda: Delivery.objects.filter(state="sending").count() > len(first.rows))
    second = ahead.next(taken(first))
    assert second is not None
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
    ahead.close(taken(second))
    assert stage.states(turn.campaign)["sent"] == len(first.rows) + len(second.rows)


def test_a_window_that_nobody_came_for_waits_again_as_if_untouched(turn):
    ahead = supplying.Ahead(supplying.Supply(turn))
    ahead.window = 4
    first = ahead.next()
    assert first is not None
    stage.wait_until(lambda: Delivery.objects.filter(state="sending").count() > len(first.rows))
    ahead.close(taken(first))
    assert stage.states(turn.campaign) == {"sent": len(first.rows), "pending": 40 - len(first.rows)}
    assert not Delivery.objects.filter(state="pending").exclude(attempt=0, sending_at=None).exists()
    assert not Lease.objects.exists()


def test_what_a_lane_never_brings_back_stays_a_promise(turn):
    """It died over it: those may have been mailed."""
    ahead = supplying.Ahead(supplying.Supply(turn))
    first = ahead.next()
    assert first is not None
    ahead.close()
    assert stage.states(turn.campaign) == {
        "sending": len(first.rows),
        "pending": 40 - len(first.rows),
    }
    assert Lease.objects.count() == 1


def test_everybody_is_supplied_once_over_many_claims(turn, settings):
    settings.SEND_CLAIM_ROWS = 7
    ahead, seen = supplying.Ahead(supplying.Supply(turn)), []
    ahead.window = 3
    batch = ahead.next()
    while batch is not None:
        seen += [row.id for row in batch.rows]
        batch = ahead.next(taken(batch))
    ahead.close()
    assert len(seen) == len(set(seen)) == 40
    assert stage.states(turn.campaign) == {"sent": 40}
    assert not Lease.objects.exists()


def test_the_next_claim_is_made_before_anybody_waits_for_it(turn, monkeypatch):
    monkeypatch.setattr(supplying, "FIRST_CLAIM", 2)
    ahead = supplying.Ahead(supplying.Supply(turn))
    ahead.window = 2
    first = ahead.next()
    assert first is not None
    # The second window is promised, and beyond it some are held that were not.
    stage.wait_until(lambda: Delivery.objects.filter(state="sending").count() == 4)
    stage.wait_until(lambda: Delivery.objects.filter(state="claimed").exists())
    ahead.close(taken(first))
    assert stage.states(turn.campaign) == {"sent": 2, "pending": 38}
    assert not Lease.objects.exists()


def test_where_something_is_limited_nothing_is_held_before_it_is_needed(turn, monkeypatch):
    monkeypatch.setattr(supplying, "FIRST_CLAIM", 2)
    turn.brakes.held = {"example.net"}
    supply = supplying.Supply(turn)
    supply.window = 2
    first = supply.next()
    assert first is not None
    supply.get_ready()
    assert Lease.objects.count() == 1
    supply.close(taken(first))


def test_after_trouble_only_as_many_go_out_as_the_window_is_small(turn, sink, settings):
    """What was promised before the trouble was known goes back to wait."""
    lane = transport.Lane(turn, 2)
    batch = lane.supply.next()
    assert batch is not None
    lane.supply.window = 8
    big = lane.supply.next(taken(batch))
    while big is not None and len(big.rows) < 8:
        big = lane.supply.next(taken(big))
    assert big is not None
    before = len(sink.taken)
    lane.supply.window = 1
    assert lane._send(big)
    assert lane.flow is not None
    _handover, done = lane.flow.finish()
    assert len(sink.taken) == before + 1
    lane.supply.close(*lane._done, *done)
    lane.mailer.close()
    assert Delivery.objects.filter(state="pending", attempt=0).count() >= 7
    assert not Delivery.objects.filter(state__in=["sending", "unknown"]).exists()


def test_what_was_edited_since_the_turn_began_is_left_to_a_turn_that_knows(turn):
    """It may be from another sender by now, and this turn's connections are the old one's."""
    supply = supplying.Supply(turn)
    first = supply.next()
    assert first is not None
    Campaign.objects.update(revision=2)
    assert supply.next(taken(first)) is None
    supply.close()
    assert stage.states(turn.campaign) == {"sent": len(first.rows), "pending": 40 - len(first.rows)}
    assert not Lease.objects.exists()
    again = supplying.Supply(turn)
    assert again.next() is None
    again.close()
    assert not Lease.objects.exists()


def test_an_error_of_the_ledger_ends_the_lane_and_loses_no_answer(turn, monkeypatch):
    ahead = supplying.Ahead(supplying.Supply(turn))
    first = ahead.next()
    assert first is not None
    intend = claiming.Claim.intend

    def fails(claim, rows):
        raise RuntimeError("the ledger is away")

    stage.wait_until(lambda: Delivery.objects.filter(state="sending").count() > len(first.rows))
    monkeypatch.setattr(claiming.Claim, "intend", fails)
    second = ahead.next(taken(first))
    assert second is not None
    with pytest.raises(RuntimeError, match="away"):
        ahead.next(taken(second))
    monkeypatch.setattr(claiming.Claim, "intend", intend)
    ahead.close()
    assert stage.states(turn.campaign)["sent"] == len(first.rows) + len(second.rows)
    assert "sending" not in stage.states(turn.campaign)


def test_a_claim_that_cannot_be_settled_costs_no_other_its_answers(turn, monkeypatch):
    """Answers of three claims come in together, and the first cannot be written down."""
    monkeypatch.setattr(supplying, "FIRST_CLAIM", 2)
    supply = supplying.Supply(turn)
    supply.window = 2
    first = supply.next()
    second = supply.next()
    third = supply.next()
    assert first is not None and second is not None and third is not None
    settle = claiming.Claim.settle

    def fails_for_the_first(claim, **options):
        if claim is first.hold.claim:
            raise RuntimeError("no room")
        return settle(claim, **options)

    monkeypatch.setattr(claiming.Claim, "settle", fails_for_the_first)
    fourth = supply.next(taken(first), taken(second), taken(third))
    assert fourth is not None
    supply.get_ready()
    with pytest.raises(RuntimeError, match="no room"):
        supply.next(taken(fourth))
    supply.close()
    kept = {row.id for row in (*second.rows, *third.rows, *fourth.rows)}
    assert set(Delivery.objects.filter(state="sent").values_list("pk", flat=True)) == kept


def test_what_a_gate_cannot_write_down_keeps_no_claim(turn, monkeypatch):
    supply = supplying.Supply(turn)
    batch = supply.next()
    assert batch is not None

    def close(_gate):
        raise DatabaseError

    monkeypatch.setattr(Gate, "close", close)
    with pytest.raises(DatabaseError):
        supply.close(taken(batch))
    n = len(batch.rows)
    assert stage.states(turn.campaign) == {"sent": n, "pending": 40 - n}
    assert not Lease.objects.exists()
