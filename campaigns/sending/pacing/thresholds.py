"""At which figures a breaker trips."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.sending.models import Alarm

Cause = Alarm.Cause


@dataclass(frozen=True)
class Sample:
    """How many mails a verdict is about, and how many of them must have been handed over."""

    size: int
    least: int


# Fewer say nothing. Of the first few of a large campaign some may have been left out.
ENOUGH = Sample(200, 200)


@dataclass(frozen=True)
class Threshold:
    """The share at which a breaker trips, and the fewest cases that are no accident."""

    share: float
    fewest: int = 2


THRESHOLDS = {
    # Amazon reviews an account at 5 % and stops it at 10 %.
    Cause.HARD_BOUNCES: Threshold(0.05),
    # Gmail and Yahoo stop delivering at 0.3 %. One person's click is no rate.
    Cause.COMPLAINTS: Threshold(0.003),
    Cause.ERRORS: Threshold(0.10),
    Cause.BLOCKS: Threshold(0.10),
}


def is_too_much(cause: Alarm.Cause, n: int, handed: int, sample: Sample = ENOUGH) -> bool:
    """Whether `n` of `handed` are too many for this cause."""
    threshold = THRESHOLDS[cause]
    if handed < sample.least or n < threshold.fewest:
        return False
    return n >= threshold.share * max(handed, sample.size)
