"""Nothing is sent from a copy: restored, cloned, failed over, started for the first time."""

import logging
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import fence, launch, tasks, transport
from campaigns.sending.fence import Standing, marks
from campaigns.sending.models import Instance
from campaigns.sending.querysets import instance
from config.embedded_postgres import Server
from tests import databases, environment, world
from tests.sending import stage
from tests.sending.fence.copies import restore_an_old_backup, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_start_makes_both_sides_and_asks_nobody(mark):
    assert fence.check(renew=True)
    memory = marks.read(mark)
    assert memory is not None
    assert memory.lineage == str(Instance.objects.get().lineage)
    assert mark.stat().st_mode & 0o777 == 0o600
    assert fence.standing() is Standing.OPEN


def test_each_tick_renews_what_the_two_know_of_each_other(mark):
    for generation in (1, 2, 3):
        tasks.tick()
        memory = marks.read(mark)
        assert memory is not None
        assert memory.generation == Instance.objects.get().generation == generation


def test_a_shift_costs_a_few_queries_and_no_write(django_assert_max_num_queries, mark):
    fence.check(renew=True)
    before = mark.stat().st_mtime_ns
    with django_assert_max_num_queries(2):
        assert fence.check()
    assert mark.stat().st_mtime_ns == before


def test_in_an_old_backup_nothing_moves_and_the_log_says_so_once(scene, caplog):
    restore_an_old_backup()
    before = statuses()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            tasks.tick()
            for campaign in Campaign.objects.all():
                tasks.launch_campaign(campaign.pk)
                tasks.send_campaign(campaign.pk)
    assert statuses() == before
    assert [r.message for r in caplog.records if "looks like a copy" in r.message] != []
    assert len([r for r in caplog.records if "looks like a copy" in r.message]) == 1
    assert fence.standing() is Standing.LOCKED


def test_a_machine_without_a_memory_is_let_in_by_a_person(mark):
    fence.check(renew=True)
    mark.unlink()
    assert not fence.check()
    assert not fence.check()
    fence.go_on()
    assert fence.check()


def test_a_second_machine_is_let_in_by_the_same_decision(mark, settings, tmp_path):
    fence.check(renew=True)
    restore_an_old_backup()
    assert not fence.check()
    settings.INSTANCE_FILE = str(tmp_path / "other" / "instance")
    assert not fence.check()
    settings.INSTANCE_FILE = str(mark)
    fence.go_on()
    settings.INSTANCE_FILE = str(tmp_path / "other" / "instance")
    assert fence.check()


def test_a_machine_of_the_same_name_needs_nobody(settings, tmp_path):
    settings.INSTANCE_ID = "shop"
    assert fence.check(renew=True)
    settings.INSTANCE_FILE = str(tmp_path / "other" / "instance")
    assert fence.check()
    settings.INSTANCE_ID = "staging"
    assert not fence.check()


def test_a_name_makes_a_disk_that_cannot_be_written_enough(settings):
    settings.INSTANCE_FILE = "/proc/nowhere/instance"
    with pytest.raises(OSError):
        fence.check(renew=True)
    settings.INSTANCE_ID = "shop"
    assert fence.check(renew=True)
    assert fence.check()


def test_a_copy_of_the_folder_asks(mark, settings, tmp_path):
    fence.check(renew=True)
    copied = tmp_path / "copied" / "instance"
    copied.parent.mkdir()
    copied.write_text(mark.read_text())
    settings.INSTANCE_FILE = str(copied)
    assert not fence.check()


def test_a_folder_that_is_put_back_out_of_an_archive_asks(mark, settings, tmp_path):
    """The file and the database are equally old then; only the file's number tells."""
    fence.check(renew=True)
    kept = tmp_path / "archive"
    shutil.copy2(mark, kept)
    assert fence.check()
    kept.replace(mark)
    assert not fence.check()
    fence.go_on()
    assert fence.check()


def test_a_backup_from_before_there_was_a_fence_asks_if_anything_could_go_out(workspace, mark):
    fence.check(renew=True)
    Instance.objects.all().delete()
    assert fence.check()
    Instance.objects.all().delete()
    stage.make_sending(workspace, people=1)
    assert not fence.check()
    assert not fence.check()


def test_a_dump_that_is_restored_over_itself_asks(scene):
    """Whatever the backup's age, and also where no file outside is left to compare."""
    address = databases.url()
    program = Server(Path(os.environ[environment.FOLDER])).bin / "pg_dump"
    options = ["--clean", "--if-exists", "--inserts", "--no-owner", "-t", "sending_instance"]
    dump = subprocess.run([program, *options, address], check=True, capture_output=True, text=True)
    connection.close()
    # What psql alone understands, and what an older server does not.
    lines = [
        line for line in dump.stdout.splitlines() if not line.startswith(("\\", "SET transaction_"))
    ]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("\n".join(lines).encode())
    assert not fence.check()
    fence.go_on()
    assert fence.check()


def test_a_failover_pauses_what_is_sent_before_the_first_claim(draft, sink):
    stage.make_people(draft.workspace, draft.lists.get(), 3)
    fence.check(renew=True)
    launch.launch(draft)
    launch.prepare(draft.pk)
    due = world.make_campaign(draft.workspace, status="scheduled", scheduled_at=timezone.now())
    Instance.objects.update(timeline=99)
    assert not transport.work(draft.pk, seconds=5)
    draft.refresh_from_db()
    due.refresh_from_db()
    assert (draft.status, draft.pause_cause) == ("paused", "failover")
    assert (due.status, due.pause_cause) == ("missed", "failover")
    assert sink.taken == []
    assert fence.check(renew=True)
    assert fence.standing() is Standing.OPEN


def test_where_the_server_tells_little_the_rest_is_still_compared(monkeypatch):
    monkeypatch.setattr(instance, "WHEREABOUTS", "SELECT no_such_function()")
    assert fence.check(renew=True)
    Instance.objects.update(table_oid=1)
    assert not fence.check()


def test_half_a_file_is_no_memory(mark):
    mark.write_text('{"lineage": "')
    assert marks.read(mark) is None
    mark.write_text('{"unknown": 1}')
    assert marks.read(mark) is None


def test_of_two_that_begin_one_is_remembered(mark):
    first = marks.begin(mark)
    assert marks.begin(mark) == first
    assert str(uuid.UUID(first.lineage)) == first.lineage
    assert [path.name for path in mark.parent.iterdir()] == [mark.name]
