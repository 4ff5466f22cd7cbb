"""Whether one rate is higher than another, or only looks so. Pure.

Rates of different people differ by chance alone. What is said here allows for that, and
for how often it is asked: the best of five rates is ahead of some other by luck more often
than the better of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from campaigns.reports.figures import Interval, Rate, wilson

# How often a difference may be called real that is none, all comparisons together.
ERROR = 0.05


@dataclass(frozen=True)
class Span:
    """A figure as a low and a high rate of the same people; the same where it is known."""

    low: Rate
    high: Rate


@dataclass(frozen=True)
class Lead:
    """Whose figure is best, and against whom that may be chance; places in what was given."""

    best: int
    # The others, the nearest first.
    behind: tuple[int, ...]
    # Those of them that may be as good.
    doubtful: tuple[int, ...]

    @property
    def is_clear(self) -> bool:
        """Whether chance explains the lead over none of them."""
        return not self.doubtful


def quantile(rates: int) -> float:
    """Return how far intervals have to reach when so many rates are compared in pairs."""
    pairs = max(1, rates * (rates - 1) // 2)
    return NormalDist().inv_cdf(1 - ERROR / 2 / pairs)


def difference(first: Rate, second: Rate, z: float) -> Interval | None:
    """Return where the true difference of two shares lies, -1 to 1 (Newcombe, method 10).

    None where one of them is a share of nobody. The people of both are taken for separate
    draws; where many got both mails, the true interval is a little narrower.
    """
    one, other = wilson(first.count, first.of, z), wilson(second.count, second.of, z)
    if one is None or other is None:
        return None
    p, q = first.count / first.of, second.count / second.of
    below = sqrt((p - one.low) ** 2 + (other.high - q) ** 2)
    above = sqrt((one.high - p) ** 2 + (q - other.low) ** 2)
    return Interval(p - q - below, p - q + above)


def lead(
    spans: Sequence[Span | None], *, low_is_best: bool = False, fewest: int = 1
) -> Lead | None:
    """Return whose figure is best; None where fewer than two can be compared, or all are alike.

    Figures of fewer than `fewest` people are left out. Of two that are bounds, one is
    ahead for sure only if its worst end is ahead of the other's best one.
    """
    known = {
        place: span
        for place, span in enumerate(spans)
        if span is not None and span.low.of >= max(1, fewest)
    }
    if len(known) < 2:
        return None
    shares = {place: span.low.count / span.low.of for place, span in known.items()}
    order = sorted(known, key=lambda place: shares[place], reverse=not low_is_best)
    best, behind = order[0], tuple(order[1:])
    if all(shares[place] == shares[best] for place in behind) and all(
        span.low == span.high for span in known.values()
    ):
        return None
    z = quantile(len(known))
    doubtful = tuple(
        place
        for place in behind
        if not _is_ahead(known[best], known[place], z, low_is_best=low_is_best)
    )
    return Lead(best, behind, doubtful)


def _is_ahead(best: Span, other: Span, z: float, *, low_is_best: bool) -> bool:
    if low_is_best:
        reach = difference(other.low, best.high, z)
    else:
        reach = difference(best.low, other.high, z)
    return reach is not None and reach.low > 0
