"""Judge events by the rules of today, from the signals that were kept with them.

In chunks, each in a transaction of its own with the counts it changes: stopped at any point,
it goes on where it was, because rows carry the version they were judged by. The drainer gets
its turns in between.

What is gone cannot be looked at again: a kind of user agent or a network that was not known
then stays unknown, and so does the place of a hit that was taken for a machine's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from tracking import changing, kept, signatures
from tracking.changing import Change
from tracking.classify import RULES, SURE, Verdict, classify
from tracking.kept import Kept
from tracking.querysets import lock_draining

CHUNK = 2_000
# Words that need no entry in the file of user agents.
_WORDS = frozenset(
    (
        *(signatures.NONE, signatures.BARE, signatures.CRAWLER, signatures.BROWSER),
        *(signatures.OLD_BROWSER, signatures.APPLE_MAIL, signatures.APP, signatures.OTHER),
    )
)


@dataclass
class Tally:
    """What a run did."""

    seen: int = 0
    # By old and new verdict.
    changed: dict[tuple[str, str], int] = field(default_factory=dict)
    # From before signals were kept, or of a user agent that our file no longer names.
    beyond: int = 0
    # Became a person's, with no place, which is not looked up for others.
    placeless: int = 0
    # The last id that was looked at.
    last_id: int = 0


def judge_again(
    *, after: int = 0, everything: bool = False, report: Callable[[Tally], None] | None = None
) -> Tally:
    """Judge what older rules judged, after the event of id `after`; with `everything`, all."""
    tally = Tally(last_id=after)
    while _chunk(tally, everything=everything):
        if report is not None:
            report(tally)
    return tally


@transaction.atomic
def _chunk(tally: Tally, *, everything: bool) -> bool:
    lock_draining()
    rows = kept.judged_otherwise(RULES, after=tally.last_id, limit=CHUNK, everything=everything)
    if not rows:
        return False
    changes = [_change(row) for row in rows if _can_be_judged(row)]
    changing.change(changes)
    tally.seen += len(rows)
    tally.beyond += sum(not _can_be_judged(row) for row in rows)
    for one in changes:
        if one.moves:
            moved = (one.row.verdict, one.judgement.verdict.value)
            tally.changed[moved] = tally.changed.get(moved, 0) + 1
            became = one.judgement.verdict in SURE and one.row.verdict not in SURE
            tally.placeless += became and not one.row.country
    tally.last_id = rows[-1].id
    return True


def _change(row: Kept) -> Change:
    judgement = classify(row.signals, settings.HUMAN_DELAY_SECONDS)
    if row.verdict == Verdict.SELF:
        judgement = judgement._replace(verdict=Verdict.SELF, reason=row.reason)
    return Change(row, judgement, row.beside)


def _can_be_judged(row: Kept) -> bool:
    return row.family in _WORDS or signatures.named(row.family) is not None
