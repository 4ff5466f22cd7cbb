"""Where in a conversation a server fails, and what becomes of the mail: the whole table.

RFC 5321 3.8 lets a client take any lost connection for "try again", which sends some mails
twice. We do so only while it is certain that the mail had not left.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from campaigns.sending import pacing
from campaigns.sending.outcomes import Outgoing
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.smtp import Server, SmtpMailer
from tests.sending.sink import Sink

# Larger than what the buffers of two sockets hold.
LARGE = (b"x" * 78 + b"\r\n") * 200_000
SMALL = b"hello\r\n"


@dataclass(frozen=True)
class Phase:
    """A fault, and what it must lead to."""

    state: str
    # Counts as an attempt of this mail.
    tried: bool
    # Concerns the provider, and not this mail: all wait.
    trouble: bool = False
    # The server has it, whatever it said.
    taken: bool = False
    # In the local part of the address, as the sink understands it.
    fault: str = "fine"
    body: bytes = SMALL
    sink: dict[str, Any] = field(default_factory=dict)


PHASES = {
    "nobody listens": Phase("pending", tried=False, trouble=True),
    "it hangs up at once": Phase("pending", tried=False, trouble=True, sink={"greeting": ""}),
    "it is busy at RCPT": Phase("pending", tried=True, fault="rcpt-450"),
    "it knows no such mailbox": Phase("failed", tried=True, fault="rcpt-550"),
    "it hangs up at RCPT": Phase("pending", tried=False, fault="cut-envelope"),
    "it asks for the data too early": Phase(
        "pending", tried=True, fault="rcpt-354", sink={"pipelining": False}
    ),
    "it says yes before the data": Phase("pending", tried=True, fault="data-250"),
    "it says yes before the data, step by step": Phase(
        "pending", tried=True, fault="data-250", sink={"pipelining": False}
    ),
    "it is busy after the data": Phase("pending", tried=True, fault="data-451"),
    "it refuses the data": Phase("failed", tried=True, fault="data-554"),
    "it hangs up in the data": Phase("pending", tried=True, fault="cut-before", body=LARGE),
    "it takes it and hangs up": Phase("unknown", tried=True, taken=True, fault="cut-after"),
    "it refuses it and hangs up": Phase("unknown", tried=True, fault="no-after"),
    "it takes it and is silent": Phase("unknown", tried=True, taken=True, fault="stall-after"),
    "it lies about pipelining": Phase("pending", tried=False, sink={"lies": True}),
    "421 instead of a welcome": Phase(
        "pending", tried=False, trouble=True, sink={"greeting": "421 4.3.2 busy"}
    ),
}


def hand_over(sink: Sink, *mails: Outgoing):
    """Hand mails over, and return what the ledger is told of each, and what ailed the server."""
    server = Server("127.0.0.1", sink.port, command_seconds=3, final_seconds=3)
    mailer = SmtpMailer(server)
    done = mailer.hand_over(mails)
    mailer.close()
    row = Claimed(1, uuid.uuid4().hex, "", "none", 0, 1, 0, None, {})
    return [pacing.result(row, outcome) for outcome in done.outcomes], done.trouble


def mail(local: str, body: bytes = SMALL) -> Outgoing:
    name = uuid.uuid4().hex
    content = f"Message-ID: <{name}@acme.example>\r\n\r\n".encode() + body
    return Outgoing(1, name, "news@acme.example", f"{local}@example.com", content)


@pytest.mark.parametrize("name", PHASES)
def test_only_what_certainly_did_not_leave_is_tried_again(name):
    phase = PHASES[name]
    with Sink(**phase.sink) as sink:
        if name == "nobody listens":
            sink.__exit__()
        [result], trouble = hand_over(sink, mail(phase.fault, phase.body))
        assert (result.state, not result.untried) == (phase.state, phase.tried)
        assert (trouble is not None) is phase.trouble
        assert bool(sink.taken) is phase.taken
        assert (result.delay > 0) is (phase.state == "pending" and phase.tried)


def test_421_in_the_middle_leaves_the_rest_for_the_next_connection():
    with Sink(mails_per_connection=1) as sink:
        results, trouble = hand_over(sink, mail("one"), mail("two"), mail("three"))
        assert trouble is None
        assert [result.state for result in results] == ["sent", "pending", "pending"]
        assert [result.untried for result in results] == [False, True, True]
