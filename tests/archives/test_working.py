"""Archives and restorations survive their workers, can be stopped, and are made once."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.archives import files, keeping, restoring, working, writing
from campaigns.archives.models import Archive, Restoration
from campaigns.audience import statements, wording
from campaigns.audience.models import Contact
from campaigns.privacy.erasing import erase
from tests import databases, world
from tests.archives import houses
from tests.privacy.everywhere import places

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "ann@example.com"


@pytest.fixture
def readers(workspace):
    made = world.make_list(workspace, name="Readers")
    world.make_contact(workspace, on=made, email=EMAIL)
    return made


def restoration_of(workspace, path) -> Restoration:
    """Queue a restoration of a copy of the archive."""
    one = Restoration.objects.create(workspace=workspace)
    shutil.copyfile(path, files.path(one.file))
    return one


def kill(verb, pk, place, call, settings):
    """Let a process of its own work on it, which dies on its way."""
    command = [sys.executable, "-m", "tests.archives.doomed", verb, str(pk), place, str(call)]
    environment = os.environ | {
        "DATABASE_URL": databases.url(),
        "CANDID_VAR": str(settings.MEDIA_ROOT.parent),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def expire(job):
    """Let the lease of whoever is gone run out."""
    type(job).objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_an_archive_is_made_and_nobody_else_reads_it(workspace, readers):
    made = houses.ask(workspace)
    keeping.make(made.pk)
    made.refresh_from_db()
    assert (made.status, made.rows["contacts.csv"]) == ("done", 1)
    assert made.size == made.path.stat().st_size
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700


def test_one_at_a_time_and_making_twice_makes_one(workspace, readers):
    made = houses.ask(workspace)
    assert keeping.ask(workspace, None) is None
    keeping.make(made.pk)
    made.refresh_from_db()
    before = made.path.stat().st_mtime_ns
    keeping.make(made.pk)
    assert made.path.stat().st_mtime_ns == before
    assert len(list(files.folder().iterdir())) == 1


def test_who_was_frozen_takes_nothing_from_who_took_over(workspace, readers, monkeypatch):
    made = houses.ask(workspace)
    # Whoever is frozen says no more that they live.
    monkeypatch.setattr(working, "BEAT", 3600)
    real = writing.write
    turns: list[int] = []

    def slow(*args):
        rows = real(*args)
        turns.append(1)
        if len(turns) == 1:
            expire(made)
            keeping.make(made.pk)
        return rows

    monkeypatch.setattr(writing, "write", slow)
    keeping.make(made.pk)
    made.refresh_from_db()
    assert (made.status, made.attempts) == ("done", 2)
    assert list(files.folder().iterdir()) == [made.path]


def test_a_full_disk_is_said(workspace, readers, monkeypatch):
    made = houses.ask(workspace)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write", full)
    keeping.make(made.pk)
    made.refresh_from_db()
    assert (made.status, "No space left" in made.error) == ("failed", True)
    assert list(files.folder().iterdir()) == []


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("campaigns.archives.writing.write", 1),
        ("campaigns.archives.catalogue.described", 9),
        ("campaigns.archives.working.end", 1),
    ],
)
def test_another_worker_begins_anew_when_one_is_killed(workspace, readers, place, call, settings):
    made = houses.ask(workspace)
    kill("make", made.pk, place, call, settings)
    made.refresh_from_db()
    assert made.status == "running"
    world.make_contact(workspace, on=readers, email="later@example.com")
    expire(made)
    rung: list[int] = []
    working.resume(Archive, rung.append)
    assert rung == [made.pk]
    keeping.make(made.pk)
    made.refresh_from_db()
    assert (made.status, made.rows["contacts.csv"], made.attempts) == ("done", 2, 2)
    assert houses.rows(houses.contents(made.path)["contacts.csv"])[1]["email"].startswith("later")


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("campaigns.archives.staging.stage", 5),
        ("campaigns.archives.staging.know_addresses", 1),
        ("campaigns.archives.picturing._keep", 2),
        ("campaigns.archives.restoring._borrow", 4),
        ("campaigns.archives.working.end", 1),
    ],
)
def test_a_restoration_comes_whole_or_not_at_all(
    workspace, readers, member, empty, place, call, tmp_path, settings
):
    houses.picture(workspace, member)
    houses.picture(workspace, member, folder="Ships")
    path = houses.archive(workspace, tmp_path / "one.zip")
    one = restoration_of(empty, path)
    kill("restore", one.pk, place, call, settings)
    assert not Contact.objects.filter(workspace=empty).exists()
    assert not empty.pictures.exists()
    expire(one)
    keeping.restore(one.pk)
    one.refresh_from_db()
    assert (one.status, one.error) == ("done", "")
    assert empty.contacts.get().email == EMAIL
    assert empty.pictures.count() == 2
    assert not one.path.exists()
    assert wording.is_waiting()
    wording.note_waiting()
    assert empty.contacts.matching("ann").get().email == EMAIL


def test_who_lost_the_claim_restores_nothing(workspace, readers, empty, tmp_path, monkeypatch):
    """Another worker took it over while this one was frozen."""
    one = restoration_of(empty, houses.archive(workspace, tmp_path / "one.zip"))
    real = restoring._borrow

    def stolen(part, most):
        Restoration.objects.filter(pk=one.pk).update(claim_token=uuid.uuid4())
        return real(part, most)

    monkeypatch.setattr(restoring, "_borrow", stolen)
    keeping.restore(one.pk)
    assert not Contact.objects.filter(workspace=empty).exists()


def test_cancelling_stops_the_statement_that_runs(workspace, readers):
    """The statement alone would take ten minutes."""
    made = houses.ask(workspace)

    def work(job, heart):
        threading.Thread(target=cancel, args=[made]).start()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(600)")

    working.run(Archive, made.pk, work)
    made.refresh_from_db()
    assert made.status == "cancelled"


def cancel(job):
    try:
        assert working.cancel(job)
        assert not working.cancel(job)
    finally:
        connection.close()


def test_a_lease_is_renewed_while_a_statement_runs(workspace, readers):
    made = houses.ask(workspace)
    seen = threading.Event()

    def work(job, heart):
        heart(7, 9)
        began = job.lease_until
        while not seen.is_set():
            job.refresh_from_db()
            if job.lease_until > began and (job.done, job.total) == (7, 9):
                seen.set()

    working.run(Archive, made.pk, work)
    assert seen.is_set()


@pytest.mark.parametrize("hours", [1, -1])
def test_a_lease_is_as_long_as_ever_on_a_host_whose_clock_is_wrong(workspace, readers, hours):
    made = houses.ask(workspace)
    rung: list[int] = []

    def work(job, heart):
        left = job.lease_until - statements.value("SELECT statement_timestamp()", {})
        assert timedelta(0) < left <= working.LEASE
        working.resume(Archive, rung.append)
        # As if its worker were killed.
        expire(made)
        working.resume(Archive, rung.append)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working, "BEAT", 3600)
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True):
            working.run(Archive, made.pk, work)
    assert rung == [made.pk]


def test_after_its_days_an_archive_is_deleted(workspace, readers, settings):
    settings.ARCHIVE_DAYS = 3
    made = houses.ask(workspace)
    keeping.make(made.pk)
    made.refresh_from_db()
    assert made.expires_at is not None
    assert timedelta(days=2.9) < made.expires_at - timezone.now() <= timedelta(days=3)
    keeping.tidy()
    assert made.path.exists()
    Archive.objects.filter(pk=made.pk).update(expires_at=timezone.now())
    keeping.tidy()
    made.refresh_from_db()
    assert (made.status, made.ended, made.path.exists()) == ("deleted", "time", False)


def test_erasing_a_person_deletes_the_archives_they_are_in(workspace, readers):
    made = houses.ask(workspace)
    keeping.make(made.pk)
    other = world.make_workspace()
    theirs = houses.ask(other)
    keeping.make(theirs.pk)
    made.refresh_from_db()
    erase([Contact.objects.get(email=EMAIL).pk])
    made.refresh_from_db()
    theirs.refresh_from_db()
    assert (made.status, made.ended, made.path.exists()) == ("deleted", "erasure", False)
    assert (theirs.status, theirs.path.exists()) == ("done", True)
    assert places(EMAIL) == {}


def test_an_archive_that_is_being_written_begins_anew_without_who_is_erased(workspace, readers):
    made = houses.ask(workspace)
    real = writing.write
    calls: list[int] = []

    def erasing(*args):
        rows = real(*args)
        if not calls:
            calls.append(1)
            erase([Contact.objects.get(email=EMAIL).pk])
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "write", erasing)
        keeping.make(made.pk)
        made.refresh_from_db()
        assert (made.status, made.path.exists()) == ("queued", False)
        keeping.make(made.pk)
    made.refresh_from_db()
    assert (made.status, made.rows["contacts.csv"]) == ("done", 0)
