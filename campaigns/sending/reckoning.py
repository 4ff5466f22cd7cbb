"""How a campaign's deliveries stand, without counting a million rows at each look.

A small campaign is counted whenever somebody asks. Of a large one the last count is
remembered, and sending knows nothing of it: whether a memory still holds is read off the
campaign itself. It is *final* when all of this is true:

- the campaign is over, and was over in the same way (its status and the moment it ended)
  in the very snapshot that counted its rows;
- none of those rows was open;
- as many deliveries are not confirmed as were then (in a campaign that is over they only
  ever become fewer, and each change of one is a change of this number);
- nobody told anything of its mails since the count began: whoever takes such news in says
  so after its commit, and a count renounces all doubts before it looks.

A memory that is not final is renewed behind the pages (`due` and `renew`), but no more often
than one part in twenty of the time is spent on it; until then it is shown with its time.
Whoever looks counts only what nobody has counted yet, and where nobody has for long.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import reckonings
from campaigns.sending.querysets.deliveries import both
from campaigns.sending.querysets.reckonings import Answer, Count, Return, Row, Seen

# Fewer are counted faster than anything could be remembered.
WORTH_REMEMBERING = 10_000
# A count is rested from for so many times as long as it took: while mails go out; and when
# only news of them come in.
PAUSE = 20
LONG_PAUSE = 50
# So many seconds more are left to the workers, before somebody who looks has to wait.
GRACE = 30
OVER = (Campaign.Status.SENT, Campaign.Status.CANCELLED)
OPEN = (Delivery.State.PENDING, Delivery.State.CLAIMED, Delivery.State.SENDING)
LOST = (Delivery.State.FAILED, Delivery.State.EXPIRED, Delivery.State.UNKNOWN)

Said = tuple[Sequence[Answer], Sequence[Return]]


@dataclass(frozen=True)
class Reckoned:
    """How the deliveries of a campaign stood at a moment."""

    rows: Sequence[Row]
    at: datetime
    # Whether they stand like that now, and for good as far as it lies with us.
    is_final: bool
    # Whether this was counted for whoever asked, just now.
    is_fresh: bool
    said: Callable[[], Said]


def of(campaign_id: int) -> Reckoned:
    """Return how one campaign stands."""
    return of_many([campaign_id])[campaign_id]


def of_many(campaign_ids: Collection[int]) -> dict[int, Reckoned]:
    """Return how campaigns stand, by id, in a query or two when nothing large has changed."""
    seen = {one.campaign_id: one for one in reckonings.look(campaign_ids)}
    found = {pk: _remembered(one) for pk, one in seen.items() if _holds(one)}
    begun: dict[int, datetime] = {}
    for pk in seen.keys() - found.keys():
        one = seen[pk]
        if one.counted_at is None:
            begun[pk] = one.now
        elif (at := reckonings.begin(pk, pause=LONG_PAUSE, grace=GRACE)) is not None:
            begun[pk] = at
        else:
            # Counted a moment ago, or at this moment by somebody else.
            found[pk] = _remembered(one)
    return found | _count(seen, begun)


def due() -> list[int]:
    """Return the large campaigns that are to be counted before anybody looks."""
    return reckonings.due(moving=PAUSE, resting=LONG_PAUSE, least=WORTH_REMEMBERING)


def renew(campaign_id: int) -> None:
    """Count a campaign if that is due, so that nobody who looks has to wait for it."""
    seen = reckonings.look([campaign_id])
    if not seen or _holds(seen[0]):
        return
    at = seen[0].now if seen[0].counted_at is None else reckonings.begin(campaign_id, pause=PAUSE)
    if at is not None:
        _count({campaign_id: seen[0]}, {campaign_id: at})


def recorded(campaign_id: int) -> dict[str, int]:
    """Return of how many deliveries what is recorded, of opens and clicks: see `both`."""
    found = Counter[str]()
    for row in of(campaign_id).rows:
        found[both(row.mode, row.click_mode or row.mode)] += row.deliveries
    return dict(found)


def doubt(campaign_id: int) -> None:
    """Say that something was told of one of its mails. To be called within that transaction."""
    transaction.on_commit(lambda: reckonings.doubt(campaign_id))


def _count(seen: dict[int, Seen], begun: dict[int, datetime]) -> dict[int, Reckoned]:
    """Count the campaigns that somebody must, and remember the large ones."""
    if not begun:
        return {}
    start = time.perf_counter()
    counts = reckonings.count(begun)
    took = time.perf_counter() - start
    # Of several that were counted together, each costs its part.
    total = sum(_size(count.rows) for count in counts.values()) or 1
    for pk, count in counts.items():
        if _size(count.rows) >= WORTH_REMEMBERING:
            part = took * _size(count.rows) / total
            reckonings.keep(pk, count, begun_at=begun[pk], took=part, said=_said(pk, count))
    return {pk: _counted(pk, counts.get(pk, Count("", None, [])), seen[pk]) for pk in begun}


def _counted(campaign_id: int, count: Count, seen: Seen) -> Reckoned:
    return Reckoned(
        rows=count.rows,
        at=seen.now,
        is_final=count.status in OVER and not _are_open(count.rows),
        is_fresh=True,
        said=lambda: _said(campaign_id, count),
    )


def _remembered(seen: Seen) -> Reckoned:
    return Reckoned(
        rows=_rows(seen),
        at=seen.counted_at or seen.now,
        is_final=_holds(seen),
        is_fresh=False,
        said=lambda: (
            [Answer(*row) for row in seen.answers or ()],
            [Return(*row) for row in seen.returns or ()],
        ),
    )


def _holds(seen: Seen) -> bool:
    """Whether what is remembered is how it is."""
    return (
        seen.counted_at is not None
        and seen.begun_at == seen.counted_at
        and not seen.is_doubted
        and seen.status in OVER
        and (seen.status_then, seen.finished_then) == (seen.status, seen.finished_at)
        and not _are_open(_rows(seen))
        and seen.unknown == _size(row for row in _rows(seen) if row.state == Delivery.State.UNKNOWN)
    )


def _said(campaign_id: int, count: Count) -> Said:
    """What servers said of mails that did not arrive; nothing is asked where all did."""
    lost = any(row.state in LOST for row in count.rows)
    returned = any(row.bounced or row.soft_bounced for row in count.rows)
    return (
        reckonings.answers(campaign_id) if lost else [],
        reckonings.returns(campaign_id) if returned else [],
    )


def _rows(seen: Seen) -> list[Row]:
    return [Row(*row) for row in seen.rows or ()]


def _are_open(rows: Sequence[Row]) -> bool:
    return any(row.state in OPEN for row in rows)


def _size(rows: Iterable[Row]) -> int:
    return sum(row.deliveries for row in rows)
