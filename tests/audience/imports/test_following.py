"""A large file is merged while later rows of it are staged, and the end is the same."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.accounts.models import User
from campaigns.audience import addresses, suppression
from campaigns.audience.imports import following, importing, merging, staging
from campaigns.audience.models import Contact, Import, List, Suppression
from tests.audience import aftermath
from tests.audience.duplicates import pairs
from tests.audience.files import import_file, make_import
from tests.turns import beside

FILE = aftermath.plain_file(500)
FORMER, KEPT = "ann.ray@gmail.com", "annray@gmail.com"


@pytest.fixture
def parts(monkeypatch):
    """The parts in which rows are merged: after which line, and until which."""
    real, seen = merging._merge_part, []

    def merge_part(one, values):
        seen.append((values["after"], values["until"]))
        return real(one, values)

    monkeypatch.setattr(merging, "_merge_part", merge_part)
    return seen


@pytest.fixture
def small_chunks(monkeypatch, parts):
    """Chunks of 100 rows, of which the third waits until the first is being merged."""
    real, chunks, waited = importing._stage_chunk, [], threading.Event()
    merge_part = merging._merge_part

    def merge(one, values):
        waited.set()
        return merge_part(one, values)

    def stage_chunk(one, *args):
        chunks.append(one.pk)
        if chunks.count(one.pk) == 3 and merging.goes_in_parts(one):
            assert waited.wait(60)
        real(one, *args)

    monkeypatch.setattr(importing, "CHUNK", 100)
    monkeypatch.setattr(importing, "_stage_chunk", stage_chunk)
    monkeypatch.setattr(merging, "_merge_part", merge)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_in_parts_it_ends_as_at_once(parts, monkeypatch):
    readers = aftermath.make_world()
    import_file(readers, FILE)
    assert parts[0][0] == 0 and parts[-1][1] is None and len(parts) > 1
    assert [after for after, _until in parts[1:]] == [until for _after, until in parts[:-1]]

    parts.clear()
    monkeypatch.setattr(importing, "CHUNK", 10_000)
    others = aftermath.make_world()
    import_file(others, FILE)
    assert parts == [(0, None)]
    assert aftermath.everything(readers) == aftermath.everything(others)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_the_first_line_of_an_address_counts_in_whichever_part_the_second_is(parts):
    readers = aftermath.make_world()
    lines = [f"p{n % 400}@example.com,Name {n}" for n in range(800)]
    one = import_file(readers, "\n".join(["email,first name", *lines]).encode())
    assert len(parts) > 1 and (one.contacts_created, one.duplicates) == (400, 400)
    names = readers.workspace.contacts.filter(email__startswith="p").values_list("first_name")
    assert {name for (name,) in names} == {f"Name {n}" for n in range(400)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_a_part_that_comes_out_of_turn_waits_for_nobody_and_all_of_them_at_once_do(parts):
    """Who holds somebody may be about to hold others whom an earlier part has changed."""
    readers = aftermath.make_world()
    lines = [f"p{n}@example.com,Name {n}" for n in range(800)]
    lines[650] = "known@example.com,From 650"
    file = "\n".join(["email,first name", *lines]).encode()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            known = Contact.objects.select_for_update().get(email="known@example.com")
            begun = beside(pool, lambda: import_file(readers, file, known="overwrite"))
            assert not begun.done()
        assert begun.result().status == "done"
    assert len(parts) > 2 and parts[-1] == (0, None)
    known.refresh_from_db()
    assert known.first_name == "From 650"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_a_successor_of_a_killed_worker_knows_no_row_before_its_own(parts, monkeypatch):
    real, chunks, merged = importing._stage_chunk, [], threading.Event()
    merge_part = merging._merge_part

    def stage_chunk(one, *args):
        chunks.append(one.pk)
        if len(chunks) == 5:
            merged.clear()
            raise KeyboardInterrupt
        # The one before was told to whoever merges.
        if len(chunks) == 7:
            assert merged.wait(60)
        real(one, *args)

    def merge(one, values):
        merged.set()
        return merge_part(one, values)

    monkeypatch.setattr(importing, "_stage_chunk", stage_chunk)
    monkeypatch.setattr(merging, "_merge_part", merge)
    readers = aftermath.make_world()
    lines = [f"p{n % 400}@example.com,Name {n}" for n in range(800)]
    one = make_import(readers, "\n".join(["email,first name", *lines]).encode())
    importing.start(one)
    with pytest.raises(KeyboardInterrupt):
        importing.run(one.pk)
    assert not readers.workspace.contacts.filter(email="p0@example.com").exists()
    parts.clear()
    Import.objects.filter(pk=one.pk).update(lease_until=timezone.now() - timedelta(1))
    importing.run(one.pk)
    one.refresh_from_db()
    assert len(parts) > 1 and (one.contacts_created, one.duplicates) == (400, 400)
    names = readers.workspace.contacts.filter(email__startswith="p").values_list("first_name")
    assert {name for (name,) in names} == {f"Name {n}" for n in range(400)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_who_was_here_or_must_not_be_mailed_counts_once_in_all_parts(parts):
    readers = aftermath.make_world()
    stopped = addresses.fingerprint(readers.workspace_id, "stopped@example.com")
    suppression.suppress(readers.workspace_id, [stopped], Suppression.Reason.ERASED)
    lines = [f"p{n}@example.com,Name {n}" for n in range(800)]
    for first in (50, 650):
        lines[first : first + 3] = [
            f"{who}@example.com,From {first}" for who in ("known", "left", "stopped")
        ]
    one = import_file(readers, "\n".join(["email,first name", *lines]).encode())
    assert len(parts) > 1
    assert (one.contacts_created, one.contacts_updated, one.duplicates) == (794, 2, 3)
    assert (one.kept_unsubscribed, one.kept_suppressed) == (1, 1)
    assert readers.workspace.contacts.get(email="known@example.com").first_name == "From 50"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    "order", [(FORMER, KEPT), (KEPT, FORMER), (FORMER, FORMER)], ids=["before", "after", "alone"]
)
def test_lines_of_a_former_address_wait_for_the_last_part(parts, monkeypatch, order):
    lines = [f"p{n}@example.com,Name {n},Miller" for n in range(800)]
    for place, email in zip((50, 650), order, strict=True):
        lines[place] = f"{email},{email},Ray {place}"
    file = "\n".join(["email,first name,last name", *lines]).encode()
    ends: list[object] = []
    for size in (100, 10_000):
        monkeypatch.setattr(importing, "CHUNK", size)
        parts.clear()
        readers = aftermath.make_world()
        kept, gone = pairs.two(readers.workspace)
        member = User.objects.create_user(f"member{size}@example.com", "none")
        ann = pairs.unite(kept, gone, member, first_name="Ann")
        one = import_file(readers, file)
        assert (len(parts) > 1) == (size == 100)
        assert (one.contacts_created, one.contacts_updated, one.duplicates) == (798, 1, 1)
        ann.refresh_from_db()
        mail = ann.consent_entries.get(purpose="mail", source="import")
        ends.append((ann.first_name, ann.last_name, mail.evidence["line"]))
        ends.append(aftermath.everything(readers))
    assert ends[:2] == ends[2:]
    if KEPT in order:
        assert ends[0] == (KEPT, f"Ray {(50, 650)[order.index(KEPT)]}", mail.evidence["line"])
    else:
        assert ends[0] == ("Ann", "Ray 50", 52)


@pytest.mark.django_db
def test_rows_that_were_staged_before_an_update_of_the_product_are_staged_anew():
    staging.create(7)
    assert staging.count(7) == 0
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {staging.table(7)} DROP COLUMN again")
    assert staging.count(7) is None


@pytest.mark.django_db
@pytest.mark.parametrize("renamed", [True, False])
def test_the_ledger_calls_a_list_as_it_is_called_when_its_people_come(renamed):
    readers = aftermath.make_world()
    one = make_import(readers, b'email,proof\nnew@example.com,\nother@example.com,"said \\ so"\n')
    importing.start(one, rehearse=True)
    importing.run(one.pk)
    if renamed:
        List.objects.filter(pk=readers.pk).update(name="Renamed")
    one.refresh_from_db()
    assert importing.start(one)
    importing.run(one.pk)
    name = "Renamed" if renamed else readers.name
    for email, line in (("new@example.com", 2), ("other@example.com", 3)):
        entry = readers.workspace.contacts.get(email=email).consent_entries.get(purpose="mail")
        assert (entry.evidence["name"], entry.evidence["line"]) == (name, line)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_what_a_later_line_may_overrule_waits_for_all_lines(parts):
    import_file(aftermath.make_world(), aftermath.file(500))
    assert parts == [(0, None)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_somebody_who_is_added_meanwhile_makes_it_merge_again(parts, monkeypatch):
    real, once = merging._create, iter([True])

    def refused(values):
        if next(once, False):
            raise merging.MergeError
        return real(values)

    monkeypatch.setattr(merging, "_create", refused)
    readers = aftermath.make_world()
    one = import_file(readers, FILE)
    assert one.status == Import.Status.DONE and parts[-1] == (0, None)
    assert readers.workspace.contacts.count() == 480 + 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_it_is_cancelled_while_people_it_knows_are_merged(parts, monkeypatch):
    readers = aftermath.make_world()
    import_file(readers, FILE)
    parts.clear()
    real, merged, chunks = merging._merge_part, threading.Event(), []

    def merge_part(one, values):
        outcome = real(one, values)
        merged.set()
        return outcome

    def stage_chunk(one, *args):
        chunks.append(one.pk)
        if len(chunks) == 3:
            assert merged.wait(60) and importing.cancel(one)
        staged(one, *args)

    staged = importing._stage_chunk
    monkeypatch.setattr(merging, "_merge_part", merge_part)
    monkeypatch.setattr(importing, "_stage_chunk", stage_chunk)
    one = import_file(readers, FILE.replace(b"Name", b"Other"))
    assert (one.status, len(chunks)) == (Import.Status.CANCELLED, 3)
    assert staging.count(one.pk) is None
    assert not readers.workspace.contacts.filter(first_name__startswith="Other").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_a_file_that_cannot_be_read_to_its_end_leaves_nobody(parts):
    readers = aftermath.make_world()
    good = "".join(f"p{n}@example.com,Name\n" for n in range(450))
    one = make_import(readers, f"email,first name\n{good}".encode())
    with one.file.open("ab") as file:
        file.write(b'"never closed\n')
    importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert one.status == Import.Status.FAILED and "never closed" in one.error
    assert parts and readers.workspace.contacts.count() == 2
    assert staging.count(one.pk) is None


def test_parts_grow():
    taken, gate = [], threading.Semaphore(0)

    def follow(numbers):
        for number in numbers:
            taken.append(number)
            gate.release()

    with following.Follower(follow) as follower:
        for number in (100, 110, 120, 130):
            follower.tell(number)
            if number in (100, 130):
                assert gate.acquire(timeout=60)
        assert follower.has_done_it()
    assert taken == [100, 130]


def test_what_it_fails_of_is_told():
    def follow(numbers):
        raise ZeroDivisionError

    with following.Follower(follow) as follower:
        follower.tell(1)
        with pytest.raises(ZeroDivisionError):
            follower.has_done_it()


def test_nothing_to_follow_is_not_done():
    with following.Follower(lambda numbers: None) as follower:
        assert not follower.has_done_it()
