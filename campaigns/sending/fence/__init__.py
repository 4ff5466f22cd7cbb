"""Nothing is sent from a copy: a restored or cloned database waits for a person.

`check` is asked at every tick and at the start of every shift and lane, never per mail. The
database keeps one row about itself, and this machine a small file about the database; when
the two do not belong together, the row is locked, and every page asks the owners. What
this can tell apart, and what it cannot, is in docs/operate.md.
"""

from __future__ import annotations

import dataclasses
import enum
import logging
import uuid
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending.fence import judging, marks
from campaigns.sending.fence.judging import Here, Record, Verdict, Whereabouts
from campaigns.sending.fence.marks import Memory
from campaigns.sending.querysets import instance

logger = logging.getLogger(__name__)

Cause = Campaign.PauseCause
# Machines on which no tick runs need not write every one of them down: a minute's.
FORGETFUL = 12


class Standing(enum.Enum):
    """Whether campaigns are sent from a database."""

    OPEN = enum.auto()
    # It looks like a copy; the next tick locks it.
    SUSPECT = enum.auto()
    LOCKED = enum.auto()
    # Locked, and a person wants it so.
    QUIET = enum.auto()


def check(*, renew: bool = False) -> bool:
    """Say whether this database may be sent from here; lock it if it looks like a copy.

    The tick renews what the two sides know of each other.
    """
    # The file first: what it remembers was in the database before.
    memory = marks.read(_path())
    record = instance.read() or _begin(memory)
    # Written before the row, by whoever began at the same time.
    memory = memory or marks.read(_path())
    found = instance.whereabouts()
    verdict = judging.judge(memory, record, found, _here())
    if verdict is Verdict.COPY:
        _doubt(memory, record, found)
    if record.is_locked or verdict is Verdict.COPY:
        return False
    if verdict is Verdict.FAILOVER:
        return _fail_over(record)
    _remember(memory, record, renew=renew)
    return True


def is_locked() -> bool:
    """Whether nothing is sent from this database."""
    record = instance.read()
    return record is not None and record.is_locked


def standing() -> Standing:
    """Say how it stands with this database, seen from here; changes nothing."""
    memory, record = marks.read(_path()), instance.read()
    if record is None:
        return Standing.OPEN
    if record.is_locked:
        return Standing.QUIET if record.is_quiet else Standing.LOCKED
    verdict = judging.judge(memory, record, instance.whereabouts(), _here())
    return Standing.SUSPECT if verdict is Verdict.COPY else Standing.OPEN


def go_on() -> bool:
    """Let this database send, as a person decided, and say whether it was locked until now."""
    record = instance.read()
    if record is None or not record.is_locked:
        return False
    reason = _("The database was restored or copied, so it may not know who has got this already.")
    return _decide(record, cause=Cause.CLONE, reason=reason)


def keep_quiet() -> bool:
    """Keep the lock, as a person decided, and say whether that is new."""
    return instance.keep_quiet()


def _begin(memory: Memory | None) -> Record:
    """Let the database and this machine know each other from now on."""
    # We know one that has such a row: this one is older than that, or another.
    is_strange = memory is not None and instance.anything_moves()
    known, found = memory or _begin_to_remember(), instance.whereabouts()
    instance.begin(known, settings.INSTANCE_ID, found)
    record = instance.read()
    assert record is not None  # noqa: S101 - it was written, by us or by somebody else
    if is_strange:
        _doubt(memory, record, found)
        return dataclasses.replace(record, is_locked=True)
    if memory is None and record.name and record.name == settings.INSTANCE_ID:
        # Another machine of the same name may have been a moment faster.
        _write(dataclasses.replace(known, lineage=record.lineage))
    return record


def _begin_to_remember() -> Memory:
    try:
        return marks.begin(_path())
    except OSError:
        if not settings.INSTANCE_ID:
            raise
        return Memory(str(uuid.uuid4()), 0, marks.place(_path()))


def _doubt(memory: Memory | None, record: Record, found: Whereabouts) -> None:
    if instance.lock(record.lineage):
        logger.error(
            "This database looks like a copy: nothing is sent until an owner decides on any page,"
            " or by `manage.py fence`"
        )
    known = memory or Memory(record.lineage, record.generation, marks.place(_path()))
    doubted = found.holding(record.lineage)
    if known.doubted != doubted:
        _write(dataclasses.replace(known, doubted=doubted))


def _fail_over(record: Record) -> bool:
    reason = _(
        "The database has failed over to its replica, which may not know the last mails that left."
        " Who got it in the seconds before may get it again when you resume."
    )
    if not _decide(record, cause=Cause.FAILOVER, reason=reason):
        # Another worker saw it at the same time.
        return not is_locked()
    logger.warning("The database has failed over: what was being sent is paused")
    return True


def _decide(record: Record, *, cause: str, reason: str) -> bool:
    name, found = settings.INSTANCE_ID or record.name, instance.whereabouts()
    lineage = instance.go_on(record.lineage, name, found, cause=cause, reason=reason)
    if lineage is None:
        return False
    _write(Memory(lineage, record.generation, marks.place(_path())))
    return True


def _remember(memory: Memory | None, record: Record, *, renew: bool) -> None:
    generation = record.generation
    if renew:
        name = settings.INSTANCE_ID or record.name
        generation = instance.renew(record.lineage, name) or generation
    known = Memory(record.lineage, generation, marks.place(_path()))
    kept = dataclasses.replace(memory, generation=generation) if memory else None
    if renew or memory is None or kept != known or memory.generation + FORGETFUL < generation:
        _write(known)


def _write(memory: Memory) -> None:
    try:
        marks.write(_path(), memory)
    except OSError:
        # With a name in the environment the file is only a second pair of eyes.
        if not settings.INSTANCE_ID:
            raise
        logger.warning("%s cannot be written", _path(), exc_info=True)


def _here() -> Here:
    return Here(settings.INSTANCE_ID, marks.place(_path()))


def _path() -> Path:
    return Path(settings.INSTANCE_FILE)
