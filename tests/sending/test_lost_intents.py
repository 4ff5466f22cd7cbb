"""An intent whose commit nobody heard of is a mail that did not leave: its holder knows that."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import ledger, moves
from campaigns.sending.querysets.results import Result
from tests.sending import stage
from tests.sending.claims import claim_and_intend, state_of
from tests.sending.driving import send, start

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 40


@pytest.fixture
def lose(settings, monkeypatch):
    """Let the database end the session of a statement of the ledger, after it is committed."""
    settings.SEND_CONNECTIONS = 1
    lost: list[str] = []

    def lose(name, *, at):
        real, calls = getattr(ledger, name), iter(range(1_000))

        def statement(*args):
            found = real(*args)
            if not lost and next(calls) == at:
                lost.append(name)
                _end_session()
                connection.cursor().execute("SELECT 1")
            return found

        monkeypatch.setattr(ledger, name, statement)
        return lost

    return lose


def _end_session():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()

    def end():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        finally:
            connection.close()

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()


@pytest.mark.parametrize("at", [0, 3])
def test_its_mails_are_handed_over_later_and_nobody_is_in_doubt(draft, sink, lose, at):
    lost = lose("exchange", at=at)
    start(draft, PEOPLE)
    send(draft)
    assert lost
    assert stage.states(draft) == {"sent": PEOPLE}
    assert draft.status == Campaign.Status.SENT
    assert len(sink.recipients()) == len(set(sink.recipients())) == PEOPLE
    assert set(Delivery.objects.values_list("attempt", flat=True)) == {1}


def test_the_same_when_somebody_is_left_out_of_the_window(draft, sink, lose):
    lost = lose("leave_out", at=0)
    start(draft, PEOPLE)
    gone = Delivery.objects.order_by("pk")[PEOPLE // 2].contact
    assert gone is not None
    gone.delete()
    send(draft)
    assert lost
    assert stage.states(draft) == {"sent": PEOPLE - 1, "suppressed": 1}
    assert len(sink.recipients()) == len(set(sink.recipients())) == PEOPLE - 1


def test_a_late_word_that_nothing_was_tried_leaves_the_row_as_if_untouched(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    assert state_of(delivery_id) == "unknown"
    assert not ledger.exchange(token, [Result(delivery_id, "pending", untried=True)], [])
    row = Delivery.objects.get()
    assert (row.state, row.attempt, row.sending_at) == ("pending", 0, None)


@pytest.mark.parametrize("state", ["sent", "failed", "pending"])
def test_a_late_answer_counts_once_and_only_for_the_try_it_is_about(workspace, state):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    ledger.exchange(token, [Result(delivery_id, state, 250, message_id="m-1")], [])
    assert state_of(delivery_id) == state
    # Told once more, when somebody else has it in hand.
    stage.become(Delivery.objects.all(), "unknown", claim_token=uuid.uuid4())
    ledger.exchange(token, [Result(delivery_id, "sent")], [])
    assert state_of(delivery_id) == "unknown"
