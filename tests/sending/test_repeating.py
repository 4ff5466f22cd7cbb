"""A lost answer is asked for again only where the provider knows the mail by its key."""

import time

import pytest

from campaigns.sending import repeating
from campaigns.sending.outcomes import Handover, Outcome, Outgoing, TransportError, Verdict

MAILS = [Outgoing(n, f"uuid-{n}", "news@acme.example", f"{n}@example.com", b"") for n in range(3)]
SENT, LOST, REFUSED = Verdict.SENT, Verdict.UNKNOWN, Verdict.REFUSED


class Provider:
    """A mailer that answers as it was told, call by call, and knows mails by their uuid."""

    window = 3
    wants = "bytes"

    def __init__(self, *answers, idempotent=60.0, trouble=None):
        self.idempotent = idempotent
        self.calls: list[list[int]] = []
        self._answers = iter(answers)
        self._trouble = trouble

    def hand_over(self, mails, *, until=0.0):
        self.calls.append([mail.delivery_id for mail in mails])
        verdicts = next(self._answers)
        trouble = self._trouble if len(self.calls) > 1 else None
        return Handover([Outcome(verdict) for verdict in verdicts], trouble=trouble)

    def close(self):
        pass


def hand_over(provider, seconds=60.0):
    done = repeating.hand_over(provider, MAILS, until=time.monotonic() + seconds)
    return [outcome.verdict for outcome in done.outcomes], done


def test_only_what_has_no_answer_is_asked_for_again():
    provider = Provider([SENT, LOST, REFUSED], [SENT])
    verdicts, done = hand_over(provider)
    assert verdicts == [SENT, SENT, REFUSED]
    assert provider.calls == [[0, 1, 2], [1]]
    assert not done.clean


def test_without_a_key_nothing_is():
    provider = Provider([SENT, LOST, SENT], idempotent=0.0)
    assert hand_over(provider)[0] == [SENT, LOST, SENT]
    assert len(provider.calls) == 1


def test_a_provider_that_says_nothing_of_keys_has_none():
    provider = Provider([LOST, LOST, LOST])
    del provider.idempotent
    assert hand_over(provider)[0] == [LOST, LOST, LOST]
    assert len(provider.calls) == 1


@pytest.mark.parametrize("second", [REFUSED, Verdict.DEFERRED, Verdict.UNTRIED, LOST])
def test_anything_but_a_yes_leaves_the_doubt(second):
    """A refusal of the repetition says nothing of the first, which may have been taken."""
    provider = Provider([LOST, SENT, SENT], [second], [second])
    assert hand_over(provider)[0] == [LOST, SENT, SENT]
    assert len(provider.calls) == 1 + repeating.TIMES


def test_it_ends_with_the_time_that_the_intent_has():
    provider = Provider([LOST, LOST, LOST])
    assert hand_over(provider, seconds=-1)[0] == [LOST, LOST, LOST]
    assert len(provider.calls) == 1


def test_trouble_that_comes_up_meanwhile_is_told():
    trouble = TransportError("429 slow down", retry_after=7)
    provider = Provider([LOST, SENT, SENT], [LOST], [LOST], trouble=trouble)
    assert hand_over(provider)[1].trouble is trouble
