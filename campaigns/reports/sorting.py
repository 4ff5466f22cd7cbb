"""What a campaign's hits were: every load and every click by who or what made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.reports import small_cells, verdicts
from campaigns.reports.querysets.engagement import HitRow
from campaigns.reports.small_cells import Merged
from campaigns.reports.verdicts import Verdict
from tracking.models import Mode


@dataclass(frozen=True)
class Sorted:
    """Hits with one verdict: of people who may be measured, and in the totals of the others.

    A total that is too small to be shown is None; see `small_cells`.
    """

    verdict: Verdict
    opens: int
    clicks: int
    total_opens: int | None = None
    total_clicks: int | None = None


def of(hits: Sequence[HitRow], *, minimum: int, hides_totals: bool) -> list[Sorted]:
    """Return the hits in the order of how sure they are; no class that came is left out."""
    names = [verdict.name for verdict in verdicts.VERDICTS]
    names += sorted({row.verdict for row in hits} - set(names))
    people, totals = _of_mode(hits, Mode.INDIVIDUAL), _of_mode(hits, Mode.AGGREGATE)
    if hides_totals:
        totals = {}
    came = [name for name in names if name in people or name in totals]
    opens = _shown({name: totals[name].opens if name in totals else 0 for name in came}, minimum)
    clicks = _shown({name: totals[name].clicks if name in totals else 0 for name in came}, minimum)
    return [
        Sorted(
            verdict=verdicts.of(name),
            opens=people[name].opens if name in people else 0,
            clicks=people[name].clicks if name in people else 0,
            total_opens=opens.get(name),
            total_clicks=clicks.get(name),
        )
        for name in came
    ]


def _of_mode(hits: Sequence[HitRow], mode: str) -> dict[str, HitRow]:
    return {row.verdict: row for row in hits if row.mode == mode and (row.opens or row.clicks)}


def _shown(sizes: dict[str, int], minimum: int) -> dict[str, int]:
    """Merge people's hits and machines' apart: the page tells the sum of each."""
    kinds: list[Merged[str]] = []
    for machine in (False, True):
        mine = {
            name: size
            for name, size in sizes.items()
            if (verdicts.of(name).counts_as == "machine") is machine
        }
        kinds.append(small_cells.merge(mine, minimum))
    return {name: size for merged in kinds for name, size in merged.shown.items()}
