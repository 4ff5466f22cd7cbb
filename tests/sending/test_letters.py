"""Letters go out by the sender's own way, to a real server."""

import pytest

from campaigns.audience import letters as audience_letters
from campaigns.audience.letters import Letter
from campaigns.sending import fence, letters
from tests.sending import stage

pytestmark = pytest.mark.django_db


def test_a_letter_arrives_as_it_was_written(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port)
    text = "Grüße\n\nhttps://news.example/join/confirm/abc/"
    assert audience_letters.post(
        Letter(sender, "ann@example.com", "Bitte bestätigen", text, one_click="https://x.example/u")
    )
    [mail] = sink.taken
    raw = mail.content.decode()
    assert mail.recipient == "ann@example.com"
    assert "Auto-Submitted: auto-generated" in raw
    assert "List-Unsubscribe: <https://x.example/u>" in raw
    assert f"@{sender.domain}>" in raw


def test_a_line_break_in_a_subject_makes_no_header(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port)
    assert letters.post(Letter(sender, "ann@example.com", "Hello\r\nBcc: eve@example.com", "x"))
    assert "\nBcc:" not in sink.taken[0].content.decode()


def test_a_server_that_refuses_is_told_as_refused(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port)
    assert not letters.post(Letter(sender, "rcpt-550-1@example.com", "Hello", "x"))


def test_from_a_copy_nothing_leaves(workspace, sink, monkeypatch):
    monkeypatch.setattr(fence, "check", lambda: False)
    sender = stage.make_smtp_sender(workspace, sink.port)
    assert not letters.post(Letter(sender, "ann@example.com", "Hello", "x"))
    assert not sink.taken
