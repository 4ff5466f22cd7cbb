"""Another server, another database: nothing is sent from it before a person has looked."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import fence, launch, supplying, transport
from campaigns.sending.models import Delivery
from campaigns.sending.pacing.gates import Brakes
from config.children import spawn
from config.embedded_postgres import Server
from config.embedded_postgres.places import PORT
from tests import databases, environment, world
from tests.sending import stage
from tests.sending.test_tasks import worker

pytestmark = pytest.mark.django_db(transaction=True)
OWN = pytest.mark.skipif(
    bool(os.environ["DATABASE_URL"]), reason="a server that is named by hand has no replica"
)


@dataclass
class Replica:
    """A copy of the run's server as it was when the copy was taken."""

    server: Server
    folder: Path

    @property
    def url(self) -> str:
        """The address of this test's database there."""
        name = databases.url().rpartition("/")[2]
        return f"postgresql://candid@{quote(str(self.folder), safe='')}/{name}"

    @contextmanager
    def promoted(self) -> Iterator[None]:
        """Run it as a server that has taken over."""
        folder = str(self.folder)
        command = [str(self.server.bin / "postgres"), "-D", f"{folder}/data"]
        for setting in (
            "listen_addresses=",
            f"port={PORT}",
            f"unix_socket_directories={folder}",
            f"hba_file={self.server.home.path}/hba.conf",
            f"ident_file={self.server.home.path}/ident.conf",
            "shared_buffers=16MB",
        ):
            command += ["-c", setting]
        process = spawn(
            command,
            env=self.server.environment(),
            account=self.server.account,
            cwd=self.folder,
            death_signal=signal.SIGINT,
        )
        try:
            stage.wait_until(self._promote)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)

    def _promote(self) -> bool:
        try:
            with psycopg.connect(
                host=str(self.folder), port=PORT, user="postgres", dbname="postgres"
            ) as link:
                promoted = link.execute(
                    "SELECT NOT pg_is_in_recovery() OR pg_promote(true, 20)"
                ).fetchone()
        except psycopg.OperationalError:
            return False
        return bool(promoted and promoted[0])


@contextmanager
def replica() -> Iterator[Replica]:
    """Take a base backup of the run's server; what is committed after it is not in there."""
    server = Server(Path(os.environ[environment.FOLDER]))
    folder = server.home.path / "replica"
    folder.mkdir(mode=0o700)
    os.chown(folder, server.account.uid, server.account.gid)
    rules = server.home.path / "hba.conf"
    before = rules.read_text()
    rules.write_text(before + "local replication all peer map=candid\n")
    address = ["-h", str(server.home.sockets), "-p", str(PORT), "-U", "postgres"]
    with psycopg.connect(
        host=str(server.home.sockets), port=PORT, user="postgres", dbname="postgres"
    ) as link:
        link.execute("SELECT pg_reload_conf()")
    try:
        subprocess.run(
            [server.bin / "pg_basebackup", *address, "-D", folder / "data", "-c", "fast", "-N"],
            check=True,
            cwd=folder,
            env=server.environment(),
            **server.account.options(),
        )
        (folder / "data" / "standby.signal").touch()
        yield Replica(server, folder)
    finally:
        rules.write_text(before)
        shutil.rmtree(folder)


@OWN
def test_a_replica_that_does_not_know_the_last_mails_sends_none_of_them_again(draft, sink):
    stage.make_people(draft.workspace, draft.lists.get(), 5)
    assert fence.check(renew=True)
    launch.launch(draft)
    launch.prepare(draft.pk)
    with replica() as behind:
        assert fence.check(renew=True)
        transport.work(draft.pk, seconds=10)
        assert len(sink.taken) == 5
        with behind.promoted():
            process = worker(f"transport.work({draft.pk}, seconds=10)", DATABASE_URL=behind.url)
            assert process.wait(60) == 0
            with psycopg.connect(behind.url) as link:
                [campaign] = link.execute("SELECT status, pause_cause FROM composing_campaign")
                waiting = link.execute("SELECT state, count(*) FROM sending_delivery GROUP BY 1")
                assert campaign == ("paused", "failover")
                assert waiting.fetchall() == [("pending", 5)]
    assert len(sink.taken) == 5


@pytest.mark.parametrize("connections", [1, 2])
def test_a_lane_whose_connection_was_renewed_claims_nothing_before_it_has_looked(
    draft, sink, settings, monkeypatch, connections
):
    """The new connection may lead to a replica that has taken over."""
    settings.SEND_CLAIM_ROWS = 1
    monkeypatch.setattr(supplying, "FIRST_CLAIM", 1)
    stage.make_people(draft.workspace, draft.lists.get(), 12)
    launch.launch(draft)
    launch.prepare(draft.pk)
    assert fence.check(renew=True)
    sink.slow = 0.5
    stop = threading.Event()
    ends_at, brakes = time.monotonic() + 30, Brakes(draft, draft.sender.provider_id, stop)
    shift = transport.Shift(draft, draft.sender.provider, ends_at, stop, brakes)
    lane = threading.Thread(target=transport._lane, args=(shift, connections))
    lane.start()
    stage.wait_until(lambda: len(sink.taken) >= 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sending_instance SET timeline = 99; "
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    waiting = Delivery.objects.filter(state="pending").count()
    lane.join()
    assert Delivery.objects.filter(state="pending").count() >= waiting > 0
    transport.work(draft.pk, seconds=5)
    draft.refresh_from_db()
    assert (draft.status, draft.pause_cause) == ("paused", "failover")


def test_a_clone_beside_the_original_sends_nothing_that_is_scheduled_or_under_way(draft, sink):
    """Run with the files and the settings of the original, as on a restored machine."""
    stage.make_people(draft.workspace, draft.lists.get(), 5)
    assert fence.check(renew=True)
    launch.launch(draft)
    launch.prepare(draft.pk)
    for minutes in (-300, -1):
        world.make_campaign(
            draft.workspace,
            lists=[draft.lists.get()],
            sender=draft.sender,
            status="scheduled",
            scheduled_at=timezone.now() + timedelta(minutes=minutes),
        )
    before = sorted(Campaign.objects.values_list("pk", "status"))
    with clone() as url:
        beat = f"tasks.tick(); transport.work({draft.pk}, seconds=5); tasks.tick()"
        assert worker(beat, DATABASE_URL=url).wait(60) == 0
        with psycopg.connect(url) as link:
            after = link.execute("SELECT id, status FROM composing_campaign ORDER BY id")
            assert after.fetchall() == before
        assert sink.taken == []
        management = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = [sys.executable, "manage.py", "fence", "--send"]
        subprocess.run(command, env=management, check=True, cwd=Path(__file__).parents[2])
        with psycopg.connect(url) as link:
            after = link.execute("SELECT status FROM composing_campaign ORDER BY id")
            assert after.fetchall() == [("paused",), ("missed",), ("missed",)]
        assert worker(beat, DATABASE_URL=url).wait(60) == 0
        assert sink.taken == []


@contextmanager
def clone() -> Iterator[str]:
    """Copy this test's database on its server, and give the address of the copy."""
    server, _, name = databases.url().rpartition("/")
    connection.close()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{name}_clone" TEMPLATE "{name}"'.encode())
        try:
            yield f"{server}/{name}_clone"
        finally:
            link.execute(f'DROP DATABASE "{name}_clone" WITH (FORCE)'.encode())
