"""Several connections to one server in one thread: each mail on one of them, none waits."""

import socket
import time

import pytest

from campaigns.sending.outcomes import Verdict
from campaigns.sending.smtp import Server, SmtpMailer, conversing
from tests.sending.sink import Sink
from tests.sending.test_smtp import mail, verdicts


def mailer_to(sink: Sink, connections: int = 3) -> SmtpMailer:
    server = Server("127.0.0.1", sink.port, command_seconds=30, final_seconds=8)
    return SmtpMailer(server, connections=connections)


def test_a_window_is_shared_out_and_nobody_gets_two():
    addresses = [f"p{n}@example.com" for n in range(60)]
    with Sink() as sink:
        mailer = mailer_to(sink)
        for first in (0, 30):
            done = mailer.hand_over([mail(address) for address in addresses[first : first + 30]])
            assert verdicts(done) == [Verdict.SENT] * 30
            assert done.clean
        mailer.close()
        assert sorted(sink.recipients()) == sorted(addresses)
        assert sink.connections == 3


def test_outcomes_stand_in_the_order_of_the_mails():
    with Sink() as sink:
        done = mailer_to(sink).hand_over(
            [mail(f"{name}@example.com") for name in ("a", "rcpt-550", "b", "data-451", "c")]
        )
        assert verdicts(done) == [
            Verdict.SENT,
            Verdict.REFUSED,
            Verdict.SENT,
            Verdict.DEFERRED,
            Verdict.SENT,
        ]


def test_a_slow_answer_on_one_connection_holds_no_other_up():
    """The rest of that window and all of the next are through while it still thinks."""
    with Sink() as sink:
        mailer = mailer_to(sink, connections=2)
        first = mailer.push(
            [mail(f"{name}@example.com") for name in ("stall-after", "a", "b", "c")]
        )
        second = mailer.push([mail(f"p{n}@example.com") for n in range(30)])
        known = [settled.mail.address for settled in (*first.settled, *second.settled)]
        assert len(known) >= 28
        assert "stall-after@example.com" not in known
        rest = mailer.wait()
        verdict = {one.mail.address: one.outcome.verdict for one in rest.settled}
        assert verdict.pop("stall-after@example.com") is Verdict.UNKNOWN
        assert set(verdict.values()) == {Verdict.SENT}
        assert len(sink.recipients()) == len(set(sink.recipients())) == 34


def test_what_a_broken_connection_had_not_begun_goes_over_another():
    """Its envelope was on the way with the mail before it; nothing else of it was."""
    with Sink() as sink:
        addresses = ["cut-after@example.com", *(f"p{n}@example.com" for n in range(30))]
        done = mailer_to(sink, connections=2).hand_over([mail(address) for address in addresses])
        assert verdicts(done) == [Verdict.UNKNOWN, *[Verdict.SENT] * 30]
        assert len(sink.recipients()) == len(set(sink.recipients())) == 31


def test_a_server_that_takes_fewer_connections_gets_fewer():
    with Sink(most=1) as sink:
        mailer = mailer_to(sink)
        found = []
        for _window in range(4):
            done = mailer.hand_over([mail("a@example.com") for _ in range(6)])
            assert done.trouble is None
            found += verdicts(done)
        assert found.count(Verdict.SENT) >= 20
        # Those that were turned away are not tried again in every window.
        assert sink.connections == 3
        assert verdicts(done) == [Verdict.SENT] * 6


def test_a_server_that_takes_none_is_in_trouble():
    with Sink(greeting="421 4.3.2 busy") as sink:
        done = mailer_to(sink).hand_over([mail("a@example.com") for _ in range(6)])
        assert verdicts(done) == [Verdict.UNTRIED] * 6
        assert done.trouble is not None
        assert "busy" in done.trouble.reason


def test_a_mail_is_made_when_its_turn_comes():
    """While a server is busy with the ones before, and no sooner than needed."""
    made = []
    with Sink() as sink:

        def mails():
            for n in range(20):
                made.append(len(sink.taken))
                yield mail(f"p{n}@example.com")

        SmtpMailer(Server("127.0.0.1", sink.port)).hand_over(mails())
        # One in hand, one whose envelope goes along.
        assert made[19] >= 17


def test_a_wait_that_lasts_too_long_ends_in_its_conversation_only():
    ours, theirs = socket.socketpair()

    def patient():
        try:
            yield ours.fileno(), conversing.READ, 0.2
        except TimeoutError:
            return "late"

    def quick():
        yield lambda: None
        return "done"

    began = time.monotonic()
    assert conversing.together([patient(), quick()]) == ["late", "done"]
    assert time.monotonic() - began < 30
    ours.close()
    theirs.close()


def test_what_is_done_aside_brings_its_error_back():
    def fails():
        raise ValueError("no")

    def asks():
        try:
            yield fails
        except ValueError as error:
            return str(error)

    assert conversing.together([asks(), asks()]) == ["no", "no"]
    assert conversing.together([asks()]) == ["no"]


@pytest.mark.parametrize("connections", [1, 4])
def test_an_error_in_one_conversation_leaves_no_descriptor_behind(connections):
    def breaks():
        yield lambda: None
        raise RuntimeError

    with pytest.raises(RuntimeError):
        conversing.together([breaks() for _ in range(connections)])
