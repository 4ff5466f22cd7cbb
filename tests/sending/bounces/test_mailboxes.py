"""A bounce mailbox's server may be wrong, hostile or not ours: told, and no more."""

import ssl

import pytest

from campaigns.sending.bounces import boxes, reading
from campaigns.sending.bounces.boxes import BoxError
from campaigns.sending.bounces.models import BounceMail
from tests.sending import stage
from tests.sending.bounces import post, servers
from tests.sending.bounces.conftest import make_mailbox, verdicts
from tests.sending.test_smtp import _certificate

pytestmark = pytest.mark.django_db

SPAM = b"From: a@spam.example\r\nSubject: hi\r\n\r\n.\r\n..hidden\r\n"


def test_checking_changes_nothing(account, mailbox, delivery):
    account.put(SPAM, post.letter("exchange-quota", delivery))
    assert reading.check(mailbox) == 2
    assert not BounceMail.objects.exists()
    assert len(account.mails) == 2
    reading.read(mailbox.pk)
    mailbox.refresh_from_db()
    assert reading.check(mailbox) == 0


def test_a_server_in_our_own_network_is_not_talked_to(account, mailbox, settings):
    settings.ALLOW_PRIVATE_HOSTS = False
    mailbox.credentials = mailbox.credentials | {"security": "tls"}
    mailbox.save()
    reading.read(mailbox.pk)
    mailbox.refresh_from_db()
    assert "private network" in mailbox.trouble
    assert account.connections == 0


def test_a_password_is_never_sent_in_the_open(account, mailbox, settings):
    settings.ALLOW_PRIVATE_HOSTS = False
    with pytest.raises(BoxError, match="open to read"):
        reading.check(mailbox)
    assert account.connections == 0


def test_numbers_that_the_server_gave_anew_are_not_taken_for_the_old(workspace, delivery, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    with servers.serving("imap") as account:
        mailbox = make_mailbox(stage.make_smtp_sender(workspace, 25), account.port)
        account.put(SPAM, SPAM + b"2")
        reading.read(mailbox.pk)
        account.validity = 8
        account.mails = {1: post.letter("exchange-quota", delivery)}
        reading.read(mailbox.pk)
        assert verdicts(mailbox) == ["bounced", "unreadable", "unreadable"]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_with_tls_the_name_has_to_be_right(
    protocol, workspace, delivery, settings, tmp_path, monkeypatch
):
    settings.ALLOW_PRIVATE_HOSTS = True
    server_side, client_side = _certificate(tmp_path)
    monkeypatch.setattr(ssl, "create_default_context", lambda: client_side)
    with servers.serving(protocol, tls=server_side) as account:
        sender = stage.make_smtp_sender(workspace, 25)
        mailbox = make_mailbox(sender, account.port, protocol, security="tls")
        account.put(post.letter("exchange-quota", delivery))
        reading.read(mailbox.pk)
        assert verdicts(mailbox) == ["bounced"]
        mailbox.credentials = mailbox.credentials | {"host": "127.0.0.1"}
        with pytest.raises(BoxError, match="certificate"):
            reading.check(mailbox)


def test_a_server_that_hangs_up_or_talks_nonsense_is_told_and_nothing_more(
    account, mailbox, monkeypatch
):
    monkeypatch.setattr(boxes, "SECONDS", 1.0)
    moments = {"imap": ("LOGIN", "SELECT", "SEARCH"), "pop3": ("USER", "PASS", "UIDL")}
    for number, moment in enumerate(moments[mailbox.protocol], 1):
        account.dies_at = moment
        reading.read(mailbox.pk)
        mailbox.refresh_from_db()
        assert mailbox.trouble
        assert (mailbox.failures, mailbox.taken_until) == (number, None)
