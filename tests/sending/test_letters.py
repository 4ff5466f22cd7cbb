"""Letters go out by the sender's own way, to a real server."""

import pytest

from campaigns.audience import letters as audience_letters
from campaigns.audience.letters import Letter
from campaigns.sending import fence, letters
from campaigns.sending.querysets import throttling
from tests import world
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


def test_a_letter_waits_for_no_limit_and_campaigns_give_way(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port)
    for mailbox in ("", "gmail", "yahoo"):
        throttling.set_limit(sender.pk, mailbox=mailbox, kind="limit", period=3600, most=2)
    for _each in range(3):
        assert letters.post(Letter(sender, "ann@gmail.com", "Hello", "x"))
    rooms = {limit.mailbox: limit.room for limit in throttling.look(sender.pk)}
    assert rooms == {"": 0, "gmail": 0, "yahoo": 2}
    assert throttling.take(sender.pk, {"yahoo": 1}).granted == {"yahoo": 0}
    other = stage.make_smtp_sender(world.make_workspace(), sink.port)
    throttling.set_limit(other.pk, mailbox="", kind="limit", period=3600, most=2)
    assert throttling.take(other.pk, {"gmail": 1}).granted == {"gmail": 1}


def test_a_letter_counts_against_its_provider_s_limit(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port)
    throttling.set_provider_limit(sender.provider_id, period=3600, most=5)
    assert letters.post(Letter(sender, "ann@example.com", "Hello", "x"))
    [limit] = throttling.look(None, provider_id=sender.provider_id)
    assert limit.room == 4
