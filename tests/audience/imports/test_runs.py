"""How an import runs: once, by one worker, to its end."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.audience import statements
from campaigns.audience.imports import importing, staging
from campaigns.audience.models import Import, Subscription
from tests import world
from tests.audience.files import make_import


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


def test_the_file_and_the_staging_table_go_when_it_is_over(readers):
    one = make_import(readers, b"email\na@example.com\n")
    name = str(one.file.name)
    importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert not one.file and not default_storage.exists(name)
    assert staging.count(one.pk) is None


def test_a_lost_file_is_said(readers):
    one = make_import(readers, b"email\na@example.com\n")
    default_storage.delete(str(one.file.name))
    importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert (one.status, one.error) == (
        "failed",
        "The uploaded file is gone. Please upload it again.",
    )


def test_it_starts_and_runs_once(workspace, readers):
    one = make_import(readers, b"email\na@example.com\n")
    importing.run(one.pk)
    assert not workspace.contacts.exists()
    assert [importing.start(one), importing.start(one)] == [True, False]
    importing.run(one.pk)
    one.refresh_from_db()
    finished = one.finished_at
    importing.run(one.pk)
    one.refresh_from_db()
    assert (one.finished_at, one.attempts, one.contacts_created) == (finished, 1, 1)


def test_a_lost_message_and_a_dead_worker_are_rung_for_again(readers):
    queued = make_import(readers, b"email\na@example.com\n")
    importing.start(queued)
    make_import(readers, b"email\nwaiting@example.com\n")
    rung: list[int] = []
    assert importing.resume_stale(rung.append) == 1
    assert rung == [queued.pk]


@pytest.mark.parametrize("hours", [1, -1])
def test_a_lease_is_as_long_as_ever_on_a_host_whose_clock_is_wrong(readers, monkeypatch, hours):
    monkeypatch.setattr(importing, "CHUNK", 1)
    one = make_import(readers, b"email\na@example.com\nb@example.com\n")
    importing.start(one)
    rung: list[int] = []
    real = staging.copy

    def looked_at(import_id, rows, beside):
        running = Import.objects.filter(pk=import_id)
        left = running.get().lease_until - statements.value("SELECT statement_timestamp()", {})
        assert timedelta(0) < left <= importing.LEASE
        importing.resume_stale(rung.append)
        held = running.values("lease_until")[0]["lease_until"]
        running.update(lease_until=Now() - timedelta(seconds=1))
        importing.resume_stale(rung.append)
        running.update(lease_until=held)
        return real(import_id, rows, beside)

    monkeypatch.setattr(staging, "copy", looked_at)
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True):
        importing.run(one.pk)
    assert rung == [one.pk, one.pk]
    one.refresh_from_db()
    assert one.status == "done"


def test_it_gives_up_after_several_deaths(workspace, readers):
    one = make_import(readers, b"email\na@example.com\n")
    Import.objects.filter(pk=one.pk).update(status="queued", attempts=importing.MAX_ATTEMPTS)
    importing.run(one.pk)
    one.refresh_from_db()
    assert one.status == Import.Status.FAILED and "several times" in one.error
    assert not workspace.contacts.exists()


def test_a_crashed_database_empties_staging_and_the_file_is_read_again(
    workspace, readers, monkeypatch
):
    monkeypatch.setattr(importing, "CHUNK", 2)
    one = make_import(readers, b"email\n" + b"".join(b"p%d@example.com\n" % n for n in range(5)))
    Import.objects.filter(pk=one.pk).update(status="queued", rows_read=4, rows_staged=4)
    staging.create(one.pk)  # Empty, as PostgreSQL leaves an unlogged table.
    importing.run(one.pk)
    one.refresh_from_db()
    assert (one.contacts_created, one.rows_read, one.rejected) == (5, 5, 0)


def at_once(*jobs):
    """Run the jobs in threads of their own, let go at one moment, and pass on what they raise."""
    gate, failures = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            gate.wait(60)
            job()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


PEOPLE = b"email\n" + b"".join(b"p%d@example.com\n" % number for number in range(2000))


@pytest.mark.django_db(transaction=True)
def test_several_workers_import_it_once(workspace, readers):
    one = make_import(readers, PEOPLE)
    importing.start(one)
    at_once(*[lambda: importing.run(one.pk)] * 3)
    one.refresh_from_db()
    assert (one.status, one.attempts, one.contacts_created) == ("done", 1, 2000)
    assert Subscription.objects.count() == 2000


@pytest.mark.django_db(transaction=True)
def test_the_same_people_in_two_files_at_once_become_contacts_once(workspace, readers):
    other = world.make_list(workspace)
    imports = [make_import(onto, PEOPLE) for onto in (readers, other)]
    for one in imports:
        importing.start(one)
    at_once(*(lambda pk=one.pk: importing.run(pk) for one in imports))
    found = Import.objects.values_list("status", "contacts_created", "contacts_unchanged")
    assert sorted(found) == [("done", 0, 2000), ("done", 2000, 0)]
    assert workspace.contacts.count() == 2000 and Subscription.objects.count() == 4000
