"""Rates that say what they count, out of how many, and how sure they are.

Pure arithmetic: a figure keeps its counts, so that whoever shows it can show both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

# The two-sided 95 % quantile of the normal distribution.
Z = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A range of shares, both ends between 0 and 1."""

    low: float
    high: float


@dataclass(frozen=True)
class Rate:
    """`count` of `of` people."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share between 0 and 1, or None where there is nobody to be a share of."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Where the true share lies, 95 times in 100."""
        return wilson(self.count, self.of)


@dataclass(frozen=True)
class Bounds:
    """People who did something for sure, and people who may have, of `of`.

    Some mail programs load images for everybody and hide whether anybody looked; such
    people are uncertain. One figure would be a guess, so there are two.
    """

    sure: int
    uncertain: int
    of: int

    @property
    def most(self) -> int:
        """How many people at most."""
        return self.sure + self.uncertain

    @property
    def low(self) -> Rate:
        """The rate if nobody uncertain did."""
        return Rate(self.sure, self.of)

    @property
    def perhaps(self) -> Rate:
        """The share of the uncertain alone."""
        return Rate(self.uncertain, self.of)

    @property
    def high(self) -> Rate:
        """The rate if everybody uncertain did."""
        return Rate(self.most, self.of)

    @property
    def interval(self) -> Interval | None:
        """From the low end of the low rate's interval to the high end of the high one's."""
        low, high = self.low.interval, self.high.interval
        if low is None or high is None:
            return None
        return Interval(low.low, high.high)


def wilson(count: int, of: int, z: float = Z) -> Interval | None:
    """Return the Wilson score interval of a share, of 95 % by default; None for one of nobody.

    Unlike the textbook interval it stays within 0 and 1, and is right for small
    audiences and for shares near either end.
    """
    if of <= 0:
        return None
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is not a share")
    share = count / of
    shrink = 1 + z * z / of
    middle = (share + z * z / (2 * of)) / shrink
    reach = z / shrink * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # At the ends the formula gives 0 and 1 but for the last binary digit.
    low = 0.0 if count == 0 else middle - reach
    high = 1.0 if count == of else middle + reach
    return Interval(low, high)


def click_to_open(clickers: int, openers: Bounds) -> tuple[Rate, Rate]:
    """Return the least and the most that clickers can be of openers.

    Who clicked has opened, so `openers.sure` contains every clicker.
    """
    return Rate(clickers, openers.most), Rate(clickers, openers.sure)
