"""The doctor: one line each, and an exit code."""

import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from campaigns.accounts import stand_ins
from campaigns.accounts.models import Provider, Workspace
from campaigns.sending import fence
from campaigns.sending.models import Instance, Leak
from config import probes
from tests import world
from tests.sending.sink import Sink

pytestmark = pytest.mark.django_db

PARTS = ["settings", "database", "migrations", "sending", "broker", "mail", "tracking"]
PARTS += ["place", "spool", "disk", "clock"]


@pytest.fixture(autouse=True)
def _own_broker(settings, tmp_path):
    settings.BROKER_DIR = tmp_path / "broker"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.SPOOL_DIR.mkdir()
    settings.ALLOW_PRIVATE_HOSTS = True


def examine() -> tuple[list[str], bool]:
    """Return the doctor's lines, and whether all is well."""
    said = StringIO()
    try:
        call_command("doctor", stdout=said)
    except CommandError as error:
        assert error.returncode == 1
        return said.getvalue().splitlines(), False
    return said.getvalue().splitlines(), True


def line(part: str, lines: list[str]) -> str:
    return next(one for one in lines if one.split()[1] == part)


def make_smtp(port: int, *, sender: bool = True, **known: object) -> Provider:
    workspace = Workspace.objects.first() or world.make_workspace()
    provider = Provider(workspace=workspace, name="Mail", kind=Provider.Kind.SMTP)
    provider.credentials = {"host": "127.0.0.1", "port": port, "security": "none", **known}
    provider.save()
    if sender:
        world.make_sender(workspace, provider=provider)
    return provider


def test_a_healthy_installation_has_one_good_line_for_each_part():
    lines, well = examine()
    assert well
    assert [one.split()[:2] for one in lines[:-1]] == [["ok", part] for part in PARTS]
    assert lines[-1] == "All is well."


def test_a_mail_server_that_takes_our_mail_is_well_and_gets_none():
    with Sink() as sink:
        make_smtp(sink.port)
        lines, well = examine()
    assert well
    assert "1 providers in use, all open" in line("mail", lines)
    assert sink.taken == []


def test_a_mail_server_that_is_gone_is_named_by_its_id():
    with Sink() as sink:
        port = sink.port
    provider = make_smtp(port)
    lines, well = examine()
    assert not well
    assert line("mail", lines).startswith(f"WRONG  mail        provider {provider.pk} (smtp): ")


def test_who_stands_in_is_knocked_at_as_well():
    """A stand-in that would not open is found out before it is needed."""
    with Sink() as first, Sink() as gone:
        used = make_smtp(first.port)
        stand_in = make_smtp(gone.port, sender=False)
        stand_ins.put_in_order(used.senders.get(), [stand_in])
        lines, well = examine()
        assert well
        assert "2 providers in use, all open" in line("mail", lines)
    with Sink() as first:
        used.credentials = used.credentials | {"port": first.port}
        used.save()
        lines, well = examine()
    assert not well
    assert line("mail", lines).startswith(f"WRONG  mail        provider {stand_in.pk} (smtp): ")


def test_a_wrong_password_is_said(settings):
    with Sink(login=("news", "right")) as sink:
        make_smtp(sink.port, user="news", password="s3cret")
        lines, well = examine()
    assert not well
    assert "WRONG" in line("mail", lines)
    assert "s3cret" not in line("mail", lines)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("ALLOWED_HOSTS", ["*"], "settings"),
        ("GEOIP_PATH", "/no/such/file.mmdb", "place"),
    ],
)
def test_a_wrong_setting_is_wrong_here_too(settings, name, value, part):
    setattr(settings, name, value)
    lines, well = examine()
    assert not well
    assert line(part, lines).startswith("WRONG")


def test_a_file_that_holds_no_places_is_said(settings, tmp_path):
    (tmp_path / "notes.mmdb").write_text("not a database")
    settings.GEOIP_PATH = str(tmp_path / "notes.mmdb")
    lines, _ = examine()
    assert "cannot be read" in line("place", lines)


def test_a_database_that_looks_like_a_copy_is_said():
    fence.check(renew=True)
    Instance.objects.update(generation=0)
    lines, well = examine()
    assert not well
    assert "looks like a copy" in line("sending", lines)
    fence.check()
    assert "locked" in line("sending", examine()[0])
    fence.keep_quiet()
    lines, well = examine()
    assert well
    assert "kept quiet" in line("sending", lines)


def test_a_database_that_may_forget_commits_is_said():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    lines, well = examine()
    assert not well
    assert "synchronous_commit is off" in line("sending", lines)


def test_a_full_disk_is_said(monkeypatch):
    monkeypatch.setattr(probes, "LEAST_FREE_BYTES", 2**62)
    lines, well = examine()
    assert not well
    assert "MB free" in line("disk", lines)


def test_a_clock_that_differs_from_the_databases_is_said(monkeypatch):
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 60)
    lines, well = examine()
    assert not well
    assert "differs from the database's by 60 s" in line("clock", lines)


def test_a_provider_that_tracks_is_named():
    provider = make_smtp(25)
    assert "look by hand that it is off at provider" in line("tracking", examine()[0])
    now = timezone.now()
    Leak.objects.create(provider=provider, opens=1, raised_at=now, last_at=now)
    lines, well = examine()
    assert not well
    assert line("tracking", lines).startswith("WRONG")
    assert f"provider {provider.pk} (smtp) behind our back" in line("tracking", lines)
