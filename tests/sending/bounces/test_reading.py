"""Bounce mailboxes are read: each mail once, whatever breaks, and by one reader at a time."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone
from psycopg import connect

from campaigns.audience.models import Suppression
from campaigns.sending import fence, tasks
from campaigns.sending.bounces import reading, taking_in
from campaigns.sending.bounces.imap import ImapBox
from campaigns.sending.bounces.models import BounceMail, BounceMailbox
from campaigns.sending.bounces.pop3 import Pop3Box
from campaigns.sending.models import Delivery, ProviderEvent
from campaigns.sending.querysets import instance
from tests.sending import stage
from tests.sending.bounces import post, servers
from tests.sending.bounces.conftest import make_mailbox, verdicts

pytestmark = pytest.mark.django_db

_BOXES: dict[str, type[ImapBox | Pop3Box]] = {"imap": ImapBox, "pop3": Pop3Box}

SPAM = b"From: a@spam.example\r\nSubject: hi\r\n\r\n.\r\n..hidden\r\n"


def test_bounces_are_taken_in_and_deleted_and_the_rest_stays(account, mailbox, delivery):
    account.put(
        post.letter("postfix-unknown-user", delivery), SPAM, post.letter("out-of-office", delivery)
    )
    assert reading.read(mailbox.pk) is False
    assert verdicts(mailbox) == ["bounced", "ignored", "unreadable"]
    assert sorted(account.mails) == [2, 3]
    assert Suppression.objects.count() == 1
    mailbox.refresh_from_db()
    assert mailbox.read_at is not None
    assert (mailbox.trouble, mailbox.taken_until) == ("", None)
    assert mailbox.next_at > timezone.now()


def test_a_mail_is_taken_in_once(account, mailbox, delivery):
    account.put(SPAM, post.letter("exchange-quota", delivery))
    reading.read(mailbox.pk)
    account.put(SPAM + b"another")
    account.commands.clear()
    reading.read(mailbox.pk)
    reading.read(mailbox.pk)
    assert verdicts(mailbox) == ["bounced", "unreadable", "unreadable"]
    assert len([line for line in account.commands if "RETR" in line or "FETCH" in line]) == 1


def test_a_copy_is_the_same_mail(account, mailbox, delivery):
    letter = post.letter("exchange-quota", delivery)
    account.put(letter, letter)
    reading.read(mailbox.pk)
    assert verdicts(mailbox) == ["bounced", "ignored"]
    assert account.mails == {}
    assert ProviderEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_row_is_there_before_the_mail_is_gone(account, mailbox, delivery, monkeypatch):
    remove, seen = _BOXES[mailbox.protocol].remove, []

    def look_first(box, uids):
        # Of its own connection: what it sees is committed.
        with connect(**connection.get_connection_params()) as other:
            seen.append(other.execute("SELECT is_waste FROM sending_bouncemail").fetchall())
        remove(box, uids)

    monkeypatch.setattr(_BOXES[mailbox.protocol], "remove", look_first)
    account.put(post.letter("exchange-quota", delivery))
    reading.read(mailbox.pk)
    assert seen == [[(True,)]]
    assert account.mails == {}
    assert not BounceMail.objects.filter(is_waste=True).exists()


@pytest.mark.parametrize("moment", ["DELE", "STORE", "EXPUNGE", "QUIT"])
def test_a_connection_that_breaks_while_deleting_is_made_good(account, mailbox, delivery, moment):
    account.put(post.letter("exchange-quota", delivery))
    account.dies_at = moment
    reading.read(mailbox.pk)
    account.dies_at = ""
    reading.read(mailbox.pk)
    assert ProviderEvent.objects.count() == 1
    assert account.mails == {}


def test_a_mail_that_breaks_us_does_not_keep_the_others(account, mailbox, delivery, monkeypatch):
    whole = taking_in.take_in

    def breaks(workspace_id: int, content: bytes) -> taking_in.Taken:
        if b"poison" in content:
            Delivery.objects.raw("SELECT nothing")[0]
        return whole(workspace_id, content)

    monkeypatch.setattr(taking_in, "take_in", breaks)
    account.put(b"Subject: poison\r\n\r\n", post.letter("exchange-quota", delivery))
    reading.read(mailbox.pk)
    assert verdicts(mailbox) == ["bounced", "unreadable"]


def test_a_mail_that_the_database_failed_at_is_read_again(account, mailbox, delivery, monkeypatch):
    def fails(workspace_id: int, content: bytes) -> taking_in.Taken:
        raise OperationalError("deadlock detected")

    account.put(post.letter("exchange-quota", delivery))
    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(taking_in, "take_in", fails)
        reading.read(mailbox.pk)
    assert verdicts(mailbox) == []
    BounceMailbox.objects.update(taken_until=None)
    reading.read(mailbox.pk)
    assert verdicts(mailbox) == ["bounced"]


def test_a_huge_mail_is_read_up_to_a_bound(account, mailbox, delivery):
    account.put(post.letter("exchange-quota", delivery) + b"x" * 76 + b"\r\n" * 600_000)
    reading.read(mailbox.pk)
    assert verdicts(mailbox) == ["bounced"]


def test_a_full_mailbox_is_read_in_batches(account, mailbox, delivery, monkeypatch):
    monkeypatch.setattr(reading, "MOST_MAILS", 3)
    account.put(*(b"Subject: %d\r\n\r\n" % number for number in range(7)))
    turns = 1
    while reading.read(mailbox.pk):
        turns += 1
    assert (turns, mailbox.mails.count()) == (3, 7)


def test_a_wrong_password_is_told_in_the_servers_words_and_asked_less_and_less(account, mailbox):
    mailbox.credentials = mailbox.credentials | {"password": "wrong"}
    mailbox.save()
    pauses = []
    for _ in range(3):
        reading.read(mailbox.pk)
        mailbox.refresh_from_db()
        pauses.append(mailbox.next_at - timezone.now())
    assert "Invalid credentials" in mailbox.trouble
    assert mailbox.failures == 3
    assert pauses == sorted(pauses)
    assert pauses[2] > timedelta(minutes=15)
    assert mailbox.pk not in reading.due()


def test_two_readers_do_not_read_at_once(account, mailbox):
    assert BounceMailbox.objects.take(mailbox.pk, reading.LEASE)
    assert reading.due() == []
    assert reading.read(mailbox.pk) is False
    assert account.connections == 0
    # A reader that died holds it no longer than its lease.
    BounceMailbox.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    assert reading.due() == [mailbox.pk]
    reading.read(mailbox.pk)
    assert account.connections == 1


def test_the_beat_rings_for_what_is_due(account, mailbox, monkeypatch):
    rung = []
    monkeypatch.setattr(
        tasks.read_bounces, "apply_async", lambda args, **_options: rung.append(args)
    )
    tasks.look_for_bounces()
    assert rung == [(mailbox.pk,)]
    tasks.read_bounces(mailbox.pk)
    tasks.look_for_bounces()
    assert rung == [(mailbox.pk,)]


def test_a_copy_of_the_database_takes_no_bounces_away(account, mailbox, delivery):
    account.put(post.letter("exchange-quota", delivery))
    assert fence.check()
    record = instance.read()
    assert record is not None
    assert instance.lock(record.lineage)
    tasks.read_bounces(mailbox.pk)
    assert account.connections == 0


def test_an_operator_reads_all_mailboxes_once(account, mailbox, delivery, capsys):
    account.put(post.letter("exchange-quota", delivery), SPAM)
    call_command("read_bounces")
    said = capsys.readouterr().out
    assert "bounced: 1" in said
    assert "unreadable: 1" in said
    account.dies_at = "SEARCH" if mailbox.protocol == "imap" else "UIDL"
    with pytest.raises(CommandError, match="1 mailboxes"):
        call_command("read_bounces")


def test_or_feeds_files(delivery, tmp_path, capsys):
    one = tmp_path / "one.eml"
    one.write_bytes(post.letter("postfix-unknown-user", delivery))
    mbox = tmp_path / "many.mbox"
    many = [post.letter("exchange-quota", delivery), SPAM]
    mbox.write_bytes(b"".join(b"From x Mon Nov 23 10:00:00 2026\n" + one + b"\n" for one in many))
    for _ in range(2):
        call_command("read_bounces", "--file", str(one), str(mbox))
    assert "bounced: 2" in capsys.readouterr().out
    assert ProviderEvent.objects.count() == 2
    with pytest.raises(CommandError, match="No such file"):
        call_command("read_bounces", "--file", str(tmp_path / "none"))


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_the_same_moment(workspace, delivery, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    with servers.serving("imap") as account:
        mailbox = make_mailbox(stage.make_smtp_sender(workspace, 25), account.port)
        account.put(post.letter("exchange-quota", delivery), SPAM)
        threads = [threading.Thread(target=_read, args=(mailbox.pk,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verdicts(mailbox) == ["bounced", "unreadable"]


def _read(pk: int) -> None:
    reading.read(pk)
    connection.close()
