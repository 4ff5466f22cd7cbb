"""Judge again what was kept before something gave it away.

A scanner's image load looks like a reader's until it follows all links at once. When it
does, in this batch or in a later one, what the same program did with the same mail in the
same moment is judged with it. Only where each mail is told apart: a shared mail's load may
be anybody's. Looks only at people of whom a machine was seen, so most batches cost nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import timedelta

from django.conf import settings

from tracking import changing, kept
from tracking.classify import MACHINE, TELLING, Beside, Verdict, classify
from tracking.company import MOMENT_NS
from tracking.kept import Kept
from tracking.sorting import Sorted

_MOMENT = timedelta(microseconds=MOMENT_NS // 1000)
# A machine is told by its deeds; what a proxy or a prefetcher does tells nothing of others.
_OPEN_TO_CHANGE = frozenset({Verdict.HUMAN, Verdict.UNCERTAIN})


def look_back(events: Iterable[Sorted], scanned: Container[tuple[int, int]]) -> int:
    """Judge again what came with giveaways, and return how many changed.

    `scanned` are the campaigns and deliveries in which machines clicked. Called within the
    drainer's transaction, after the events were kept and counted.
    """
    near = [event for event in events if (event.campaign_id, event.delivery_id) in scanned]
    if not near:
        return 0
    since, until = min(e.at for e in near) - 2 * _MOMENT, max(e.at for e in near) + 2 * _MOMENT
    contacts = {event.contact_id for event in near if event.contact_id}
    mails: dict[tuple[int, int | None], list[Kept]] = defaultdict(list)
    for row in kept.of_contacts(contacts, since=since, until=until):
        mails[row.campaign_id, row.delivery_id].append(row)
    changes = [change for mail in mails.values() for change in _changes(mail)]
    changing.change(changes)
    return len(changes)


def _changes(mail: Sequence[Kept]) -> Iterable[changing.Change]:
    """Yield what must change of one mail's events."""
    telling = [row for row in mail if row.beside in TELLING]
    for row in mail:
        if row.verdict not in _OPEN_TO_CHANGE:
            continue
        sign = next(
            (TELLING[Beside(other.beside)] for other in telling if _is_of(row, other)), None
        )
        if sign is None:
            continue
        signals = row.signals._replace(beside=sign.value)
        judgement = classify(signals, settings.HUMAN_DELAY_SECONDS)
        if judgement.verdict in MACHINE:
            yield changing.Change(row, judgement, beside=sign.value)


def _is_of(row: Kept, other: Kept) -> bool:
    """Whether both came in one moment, from what seems to be one program."""
    same = (row.family, row.device, row.os, row.client, row.network)
    return abs(row.at - other.at) <= _MOMENT and same == (
        *(other.family, other.device, other.os, other.client, other.network),
    )
