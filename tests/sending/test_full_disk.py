"""The database's disk is full: what cannot be written down is not sent."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection

from campaigns.sending import launch, reaping, steering, supplying, tasks, transport
from campaigns.sending.models import Alarm, Delivery
from config.embedded_postgres import Server
from config.embedded_postgres.places import PORT
from tests import environment, world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 60
# PostgreSQL's own words and number for it, from the database itself.
NO_ROOM = """
CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$;
CREATE TRIGGER no_room BEFORE {change} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION no_room()
"""


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def trigger(when: str, change: str = "UPDATE ON sending_delivery") -> Iterator[Callable[[], None]]:
    """Let such changes, of deliveries, fail like on a full disk, and give what makes room."""
    with ExitStack() as stack:
        run(NO_ROOM.format(when=when, change=change))
        stack.callback(run, f"DROP TRIGGER no_room ON {change.split()[-1]}")
        yield stack.close


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """Give the database's server a disk of one megabyte, or None where we may not mount one."""
    if os.geteuid() or os.environ["DATABASE_URL"]:
        yield None
        return
    server = Server(Path(os.environ[environment.FOLDER]))
    folder = server.home.path / f"small-{os.getpid()}"
    folder.mkdir()
    owner = f"size=1m,uid={server.account.uid},gid={server.account.gid},mode=700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", owner, "small", folder], check=False)
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@contextmanager
def full_disk() -> Iterator[Callable[[], None]]:
    """Put the deliveries on a disk that is full, and give what makes room.

    Where none can be mounted the database says the same of its own.
    """
    with small_disk() as folder:
        if folder is None:
            with trigger("true") as make_room:
                yield make_room
        else:
            with _moved_to(folder) as make_room:
                yield make_room


@contextmanager
def _moved_to(folder: Path) -> Iterator[Callable[[], None]]:
    place = f"small_{os.getpid()}"
    server = Server(Path(os.environ[environment.FOLDER]))
    sockets = str(server.home.sockets)
    name = connection.settings_dict["NAME"]
    with (
        psycopg.connect(
            host=sockets, port=PORT, user="postgres", dbname=name, autocommit=True
        ) as link,
        ExitStack() as stack,
    ):
        link.execute(f"CREATE TABLESPACE {place} OWNER candid LOCATION '{folder}'".encode())
        stack.callback(link.execute, f"DROP TABLESPACE {place}".encode())
        stack.callback(run, "ALTER TABLE sending_delivery SET TABLESPACE pg_default")
        # Full pages, so that there is no room for the next version of a row either.
        run("ALTER TABLE sending_delivery SET (fillfactor = 100)")
        stack.callback(run, "ALTER TABLE sending_delivery SET (fillfactor = 60)")
        run(f"CREATE TABLE filling (text text) TABLESPACE {place}")
        run(f"ALTER TABLE sending_delivery SET TABLESPACE {place}", "VACUUM FULL sending_delivery")
        with ExitStack() as filling:
            filling.callback(run, "DROP TABLE filling")
            with pytest.raises(OperationalError, match="No space left"):
                for _ in range(1000):
                    run("INSERT INTO filling SELECT repeat(md5(random()::text), 30)")
            yield filling.close


@pytest.fixture
def ready(draft, sink, settings, monkeypatch):
    """A campaign that is about to be sent."""
    monkeypatch.setattr(supplying, "DATABASE_PATIENCE", 0.5)
    settings.SEND_CONNECTIONS = 2
    stage.make_many(draft.workspace, draft.lists.get(), PEOPLE)
    launch.launch(draft)
    launch.prepare(draft.pk)
    return draft


def is_paused_for_it(campaign) -> bool:
    campaign.refresh_from_db()
    return (campaign.status, campaign.pause_cause) == ("paused", "errors") and (
        "disk is full" in campaign.pause_reason
    )


def told(system_server) -> list[str]:
    """The mails that owners got, as they read them."""
    tasks.tell_owners()
    letters = (message_from_bytes(mail.content, policy=default) for mail in system_server.taken)
    return [f"{letter['Subject']}\n{letter.get_content()}" for letter in letters]


def goes_on(campaign, sink) -> None:
    """With room again it is resumed, and nobody is left out or gets two."""
    stage.let_leases_expire()
    reaping.reap()
    assert steering.resume(campaign)
    while transport.work(campaign.pk, seconds=5):
        pass
    assert len(sink.recipients()) == len(set(sink.recipients()))
    counts = stage.states(campaign)
    assert counts["sent"] + counts.get("unknown", 0) == PEOPLE
    # What has left and could not be written down is shown as such.
    assert len(sink.recipients()) >= counts["sent"]


def test_a_full_disk_stops_the_campaign_and_not_a_mail_leaves(ready, sink, member, system_server):
    with full_disk() as make_room:
        assert not transport.work(ready.pk, seconds=5)
        intended = Delivery.objects.exclude(state__in=["pending", "claimed"])
        assert set(sink.recipients()) <= set(intended.values_list("address", flat=True))
        assert is_paused_for_it(ready)
        assert not transport.work(ready.pk, seconds=5)
        [letter] = told(system_server)
        assert f"“{ready.name}” was stopped\nThe database’s disk is full" in letter
        assert "make room on the database's disk" in letter
        assert f"/campaigns/{ready.pk}/" in letter
        make_room()
        goes_on(ready, sink)
        assert not Alarm.objects.filter(lifted_at=None).exists()


def test_what_it_stops_is_told_of_in_one_mail(ready, workspace, sink, member, system_server):
    other = world.make_campaign(workspace, sender=ready.sender, lists=ready.lists.all())
    stage.go(other)
    with trigger("true"):
        for campaign in (ready, other):
            transport.work(campaign.pk, seconds=5)
            assert is_paused_for_it(campaign)
    [letter] = told(system_server)
    assert letter.startswith("2 campaigns were stopped\n")
    assert f"/campaigns/{ready.pk}/" in letter
    assert f"/campaigns/{other.pk}/" in letter


def test_without_room_for_an_alarm_it_is_stopped_all_the_same(ready, sink, member, system_server):
    with trigger("true"), trigger("true", "INSERT ON sending_alarm"):
        transport.work(ready.pk, seconds=5)
        assert is_paused_for_it(ready)
        assert told(system_server) == []


@pytest.mark.parametrize(
    "when",
    [
        "NEW.state = 'claimed'",
        # In the middle: some have left by then.
        "NEW.state = 'sending' AND NEW.id % 20 = 7",
        "NEW.state = 'sent' AND NEW.id % 20 = 7",
    ],
)
def test_wherever_the_room_runs_out_nothing_leaves_without_its_intent(ready, sink, when):
    with trigger(when) as make_room:
        transport.work(ready.pk, seconds=5)
        intended = Delivery.objects.exclude(state__in=["pending", "claimed"])
        assert set(sink.recipients()) <= set(intended.values_list("address", flat=True))
        assert is_paused_for_it(ready)
        make_room()
        goes_on(ready, sink)
