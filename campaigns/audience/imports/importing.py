"""Import a file of people: queue it, stage its rows chunk by chunk, merge them at once.

Staging is resumable: each chunk commits its rows, its remarks and how far it came, so a
successor of a killed worker goes on from there. Merging is one transaction that also says
"done"; of a large file it follows staging, on a second core. A `kill -9` anywhere ends in
the result of an uninterrupted import, and nobody ever sees half of one. Knows nothing of
Celery: a task, a command or a test calls `run`.
"""

from __future__ import annotations

import itertools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience import statements
from campaigns.audience.imports import (
    checking,
    fielding,
    following,
    mail_by_file,
    merging,
    reading,
    sifting,
    staging,
    tidying,
)
from campaigns.audience.imports.repeating import Repeats
from campaigns.audience.models import Import, ImportRemark
from tracking import garbage

logger = logging.getLogger(__name__)

CHUNK = 20_000
# So many are looked at while the database stores those before.
LOT = 1_000
# Longer than a chunk takes, short enough that a crash heals soon.
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
MERGE_TRIES = 3


class ClaimLostError(Exception):
    """Somebody else works on the import now, or it was deleted."""


def start(one: Import, *, rehearse: bool = False) -> bool:
    """Queue an import whose columns are chosen; say whether this call was the one.

    A rehearsal does all of it, takes it back, and says what would have happened; starting it
    once more is for good, and goes on from its staged rows.
    """
    waiting = [Import.Status.UPLOADED, Import.Status.REHEARSED]
    moved = Import.objects.filter(pk=one.pk, status__in=waiting).update(
        status=Import.Status.QUEUED, is_rehearsal=rehearse
    )
    return moved == 1


def take_back(one: Import) -> bool:
    """Go back from a rehearsal to choosing columns; say whether this call was the one."""
    with transaction.atomic():
        moved = Import.objects.filter(pk=one.pk, status=Import.Status.REHEARSED).update(
            status=Import.Status.UPLOADED,
            is_rehearsal=False,
            started_at=None,
            **dict.fromkeys(("bytes_read", "rows_read", "rows_staged", "rejected", "partly"), 0),
        )
        if moved:
            ImportRemark.objects.filter(of=one).delete()
            staging.drop(one.pk)
    return moved == 1


def cancel(one: Import) -> bool:
    """Stop an import before its people appear; say whether this call was the one.

    While they are just appearing its row is held, and it is too late.
    """
    with transaction.atomic():
        # What follows its staging refers to it, which must not keep us from it.
        free = Import.objects.unfinished().select_for_update(skip_locked=True, no_key=True)
        found = free.filter(pk=one.pk).first()
        if found is None:
            return False
        Import.objects.filter(pk=one.pk).update(
            status=Import.Status.CANCELLED, claim_token=None, finished_at=timezone.now()
        )
    # A running one's worker sees it at the end of its chunk, and clears up behind itself.
    if found.status == Import.Status.QUEUED:
        tidying.drop_stopped(one.pk)
    return True


def run(import_id: int) -> None:
    """Work on a queued or abandoned import until it is over. Does nothing when it is not ours."""
    if (one := _claim(import_id)) is None:
        return
    try:
        with following.Follower(lambda parts: _merge_once(one, parts)) as follower:
            _stage(one, follower)
            if not follower.has_done_it():
                _merge(one)
    except reading.ReadingError as error:
        _fail(one, str(error))
    except FileNotFoundError:
        _fail(one, _("The uploaded file is gone. Please upload it again."))
    except ClaimLostError:
        logger.warning("Import %s was taken over, cancelled or deleted", import_id)
        tidying.drop_stopped(import_id)
        return
    if not one.is_rehearsal:
        tidying.drop_file(one)


def resume_stale(ring: Callable[[int], object]) -> int:
    """Ring for each import that should run and does not; return how many.

    For the beat: a lost message or a killed worker only costs time.
    """
    ids = list(Import.objects.abandoned().order_by("pk").values_list("pk", flat=True)[:100])
    for import_id in ids:
        ring(import_id)
    return len(ids)


def _claim(import_id: int) -> Import | None:
    with transaction.atomic():
        rows = Import.objects.abandoned().select_for_update(skip_locked=True)
        one = rows.filter(pk=import_id).first()
        if one is None:
            return None
        one.attempts += 1
        one.claim_token = uuid.uuid4()
        # By the database's clock, which whoever asks for it goes by, too.
        one.lease_until = Now() + LEASE
        one.started_at = one.started_at or timezone.now()
        one.status = Import.Status.RUNNING
        one.save(update_fields=["attempts", "claim_token", "lease_until", "started_at", "status"])
    if one.attempts > MAX_ATTEMPTS:
        _fail(one, _("The import stopped several times without an end. Nothing was imported."))
        return None
    return one


def _stage(one: Import, follower: following.Follower) -> None:
    if one.rows_read == 0 or staging.count(one.pk) != one.rows_staged:
        _begin(one)
    # Another connection would not see what a caller's transaction has staged.
    in_parts = merging.goes_in_parts(one) and not connection.in_atomic_block
    targets = {int(number): target for number, target in one.mapping.items()}
    shape = reading.Shape(one.encoding, one.delimiter, one.has_header)
    with one.open() as file:
        width = len(reading.column_names(file, shape))
        checker = checking.Checker(one.workspace_id, targets, width, fielding.kinds(one))
        beside = staging.Beside(Repeats(knows_all=one.rows_read == 0), mail_by_file.teller(one))
        rows = itertools.islice(reading.rows(file, shape), one.rows_read, None)
        with garbage.uncollected():
            while chunk := list(itertools.islice(rows, CHUNK)):
                _stage_chunk(one, checker, beside, reading.Chunk(chunk, file.tell()))
                if in_parts and len(chunk) == CHUNK:
                    follower.tell(chunk[-1].line)


def _begin(one: Import) -> None:
    """Start from the first row: nothing is staged, or a crash of PostgreSQL emptied it."""
    with transaction.atomic():
        one.bytes_read = one.rows_read = one.rows_staged = one.rejected = one.partly = 0
        _save_claimed(one, "bytes_read", "rows_read", "rows_staged", "rejected", "partly")
        ImportRemark.objects.filter(of=one).delete()
        staging.create(one.pk)


def _stage_chunk(
    one: Import, checker: checking.Checker, beside: staging.Beside, chunk: reading.Chunk
) -> None:
    remarks: list[ImportRemark] = []
    with transaction.atomic():
        # Checked while they are sent: the database stores one row as we read the next.
        staged = staging.copy(one.pk, _check(one, checker, chunk.rows, remarks), beside)
        ImportRemark.objects.bulk_create(remarks, batch_size=1000)
        one.bytes_read = chunk.end
        one.rows_read += len(chunk.rows)
        one.rows_staged += staged
        one.rejected += len(chunk.rows) - staged
        one.partly += sum(remark.imported for remark in remarks)
        _save_claimed(one, "bytes_read", "rows_read", "rows_staged", "rejected", "partly")


def _check(
    one: Import,
    checker: checking.Checker,
    chunk: list[reading.Row],
    remarks: list[ImportRemark],
) -> Iterator[tuple[list[sifting.Sure], list[checking.Person]]]:
    sieve = sifting.Sieve(checker)
    for start in range(0, len(chunk), LOT):
        sure, odd = sieve.sift(chunk[start : start + LOT])
        yield sure, list(_look_at(one, checker, odd, remarks))


def _look_at(
    one: Import,
    checker: checking.Checker,
    rows: list[reading.Row],
    remarks: list[ImportRemark],
) -> Iterator[checking.Person]:
    for row in rows:
        try:
            yield checker.check(*row)
        except checking.RejectedError as error:
            remarks.append(_remark(one, row, str(error), imported=False))
            continue
        if checker.remarks:
            remarks.append(_remark(one, row, " ".join(checker.remarks), imported=True))


def _remark(one: Import, row: reading.Row, reason: str, *, imported: bool) -> ImportRemark:
    return ImportRemark(
        workspace_id=one.workspace_id,
        of=one,
        line=row.line,
        imported=imported,
        reason=reason[:300],
        # PostgreSQL's JSON has no NUL; the sign in its place shows where it was.
        cells=[cell.replace("\0", "\ufffd") for cell in row.cells],
    )


def _merge(one: Import) -> None:
    for attempt in range(1, MERGE_TRIES + 1):
        try:
            return _merge_once(one)
        except merging.MergeError:
            logger.info("Import %s merges again, attempt %s failed", one.pk, attempt)
    raise ClaimLostError


def _merge_once(one: Import, parts: Iterable[int] = ()) -> None:
    with transaction.atomic():
        outcome = asdict(merging.merge(one, _held_after(parts, one)))
        if one.is_rehearsal:
            transaction.set_rollback(True)
        else:
            _finish(one, outcome)
    if one.is_rehearsal:
        _show(one, outcome)


def _held_after(parts: Iterable[int], one: Import) -> Iterator[int]:
    """Yield `parts`; then hold the import's row until the end: it is too late to cancel it."""
    yield from parts
    if not Import.objects.held_by(one.claim_token).select_for_update().filter(pk=one.pk):
        raise ClaimLostError


def _finish(one: Import, outcome: dict[str, int]) -> None:
    fielding.make(one)
    Import.objects.filter(pk=one.pk).update(
        status=Import.Status.DONE,
        finished_at=timezone.now(),
        merged_at=statements.value("SELECT now()", {}),
        claim_token=None,
        **outcome,
    )
    staging.drop(one.pk)


def _show(one: Import, outcome: dict[str, int]) -> None:
    """Keep what would have happened; the staged rows wait for the member's word."""
    Import.objects.held_by(one.claim_token).filter(pk=one.pk).update(
        status=Import.Status.REHEARSED, claim_token=None, attempts=0, **outcome
    )


def _save_claimed(one: Import, *fields: str) -> None:
    """Write down how far it is, and hold it for another while."""
    values = {name: getattr(one, name) for name in fields} | {"lease_until": Now() + LEASE}
    if not Import.objects.held_by(one.claim_token).filter(pk=one.pk).update(**values):
        raise ClaimLostError


def _fail(one: Import, reason: str) -> None:
    with transaction.atomic():
        Import.objects.held_by(one.claim_token).filter(pk=one.pk).update(
            status=Import.Status.FAILED,
            error=reason[:300],
            finished_at=timezone.now(),
            claim_token=None,
        )
        ImportRemark.objects.filter(of=one).delete()
        staging.drop(one.pk)
