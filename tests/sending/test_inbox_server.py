"""The local inbox as an SMTP server: real connections to the real command."""

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from campaigns.sending.inbox import arriving, credentials, store
from campaigns.sending.models import InboxMail
from tests import databases, world

DEADLINE = 30.0
pytestmark = pytest.mark.django_db(transaction=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def start(port: int, **environment: str) -> subprocess.Popen[bytes]:
    """Start the command on the database of this test."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "inbox"],
        env=os.environ
        | {
            "DATABASE_URL": databases.url(),
            "INBOX_PORT": str(port),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        | environment,
        stderr=subprocess.PIPE,
    )


@contextlib.contextmanager
def running(**environment: str) -> Iterator[int]:
    port = free_port()
    process = start(port, **environment)
    try:
        await_port(port, process)
        yield port
    finally:
        process.terminate()
        assert process.wait(DEADLINE) == 0


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("the inbox never listened")


@pytest.fixture
def workspace():
    return world.make_workspace()


def sign_in(port: int, workspace_id: int) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", port, timeout=DEADLINE)
    client.login(credentials.user(workspace_id), credentials.password(workspace_id))
    return client


def letter(delivery: uuid.UUID, body: str = "Hello") -> str:
    return (
        f"Message-ID: <{delivery.hex}@acme.example>\r\nFrom: Acme <a@acme.example>\r\n"
        f"Subject: Hi\r\n\r\n{body}\r\n"
    )


def test_a_mail_is_there_once_it_is_acknowledged(workspace):
    delivery = uuid.uuid4()
    with running() as port, sign_in(port, workspace.pk) as client:
        for feature in ("pipelining", "8bitmime", "smtputf8", "size"):
            assert client.has_extn(feature)
        client.sendmail("a@acme.example", ["pat@example.com"], letter(delivery, ".\r\n..\r\nx"))
        mail = workspace.inbox.get()
    assert mail.delivery_uuid == delivery
    assert (mail.to_address, mail.subject) == ("pat@example.com", "Hi")
    assert bytes(mail.content).decode() == letter(delivery, ".\r\n..\r\nx")


def test_nobody_posts_into_an_inbox_without_its_password(workspace):
    with running() as port:
        with smtplib.SMTP("127.0.0.1", port, timeout=DEADLINE) as client:
            client.ehlo()
            assert client.mail("a@acme.example")[0] == 530
            assert client.docmd("RCPT TO:<x@example.com>")[0] == 503
            assert client.docmd("DATA")[0] == 503
        for secret in ("", "wrong", credentials.password(workspace.pk + 1)):
            with (
                smtplib.SMTP("127.0.0.1", port, timeout=DEADLINE) as client,
                pytest.raises(smtplib.SMTPAuthenticationError),
            ):
                client.login(credentials.user(workspace.pk), secret)
    assert not InboxMail.objects.exists()


def test_pipelined_commands_are_answered_in_order(workspace):
    mails = [letter(uuid.uuid4(), f"number {number}") for number in range(20)]
    with running() as port, sign_in(port, workspace.pk) as client:
        assert client.sock is not None
        stream = client.sock.makefile("rb")
        for mail in mails:
            # The next envelope travels right behind the end of the mail before it.
            client.sock.sendall(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
            assert [stream.readline()[:3] for _ in range(3)] == [b"250", b"250", b"354"]
            client.sock.sendall(mail.encode() + b".\r\nNOOP\r\n")
            assert [stream.readline()[:3] for _ in range(2)] == [b"250", b"250"]
    stored = workspace.inbox.order_by("pk")
    assert [bytes(mail.content).decode() for mail in stored] == mails


def test_an_empty_mail_and_a_bare_line_feed_do_not_confuse_it(workspace):
    with running() as port, sign_in(port, workspace.pk) as client:
        assert client.sock is not None
        stream = client.sock.makefile("rb")
        client.sock.sendall(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        [stream.readline() for _ in range(3)]
        client.sock.sendall(b".\r\n")
        assert stream.readline()[:3] == b"250"
        client.sock.sendall(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        [stream.readline() for _ in range(3)]
        client.sock.sendall(b"x\n.\nMAIL FROM:<smuggled@b.example>\n.\r\nstill\r\n.\r\n")
        assert stream.readline()[:3] == b"250"
    first, second = (bytes(mail.content) for mail in workspace.inbox.order_by("pk"))
    assert first == b""
    assert second == b"x\n.\nMAIL FROM:<smuggled@b.example>\n.\r\nstill\r\n"


def test_a_mail_that_is_too_large_is_refused_and_the_next_is_taken(workspace):
    with running() as port, sign_in(port, workspace.pk) as client:
        client.mail("a@b.example")
        client.rcpt("c@d.example")
        assert client.data("x" * 11 * 1024 * 1024)[0] == 552
        client.sendmail("a@b.example", ["c@d.example"], letter(uuid.uuid4()))
    assert workspace.inbox.count() == 1


def test_mail_for_a_workspace_that_is_gone_is_refused_for_good(workspace):
    gone = workspace.pk + 1000
    with running() as port:
        with sign_in(port, gone) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail("a@b.example", ["c@d.example"], letter(uuid.uuid4()))
        assert refusal.value.smtp_code == 550


def test_one_stranger_in_a_group_does_not_lose_the_others(workspace):
    def mail(workspace_id: int) -> arriving.Arrived:
        return arriving.read(workspace_id, "a@b", ["c@d"], b"Subject: x\r\n\r\n")

    verdicts = store.insert([mail(workspace.pk), mail(workspace.pk + 1000), mail(workspace.pk)])
    assert [verdict.value for verdict in verdicts] == ["stored", "never", "stored"]
    assert workspace.inbox.count() == 2


def test_while_the_database_is_away_the_sender_is_asked_to_come_again(workspace):
    with running() as port, sign_in(port, workspace.pk) as client:
        client.sendmail("a@b.example", ["c@d.example"], letter(uuid.uuid4()))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail("a@b.example", ["c@d.example"], letter(uuid.uuid4()))
        assert refusal.value.smtp_code == 451
        client.sendmail("a@b.example", ["c@d.example"], letter(uuid.uuid4()))
    assert workspace.inbox.count() == 2


def test_a_port_in_use_is_said_in_one_sentence(workspace):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(port)
        _, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in errors.decode()
    assert "Traceback" not in errors.decode()


def test_it_finishes_the_mail_under_way_when_it_is_told_to_stop(workspace):
    port = free_port()
    process = start(port)
    await_port(port, process)
    client = sign_in(port, workspace.pk)
    client.mail("a@b.example")
    client.rcpt("c@d.example")
    client.putcmd("data")
    assert client.getreply()[0] == 354
    process.send_signal(signal.SIGTERM)
    client.send(letter(uuid.uuid4()).encode() + b".\r\n")
    assert client.getreply()[0] == 250
    assert process.wait(DEADLINE) == 0
    assert workspace.inbox.count() == 1


def test_addresses_never_reach_the_logs(workspace):
    port = free_port()
    process = start(port, LOG_LEVEL="DEBUG")
    await_port(port, process)
    with sign_in(port, workspace.pk) as client:
        client.sendmail("a@b.example", ["secret.person@example.com"], letter(uuid.uuid4()))
    process.terminate()
    _, errors = process.communicate(timeout=DEADLINE)
    assert "secret.person" not in errors.decode()


def test_names_and_passwords_of_workspaces_do_not_mix():
    good = credentials.password(7).encode()
    assert credentials.workspace_of(b"workspace-7", good) == 7
    for name in (b"workspace-07", b"workspace-7 ", b"workspace-8", b"7", b"workspace-", b"\xff"):
        assert credentials.workspace_of(name, good) is None
