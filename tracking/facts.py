"""Facts that only higher rooms know, by registration: when a delivery was sent."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

SentTimes = Callable[[Sequence[int]], Mapping[int, datetime]]
_sent_times: list[SentTimes] = []


def register_sent_times(function: SentTimes) -> None:
    """Let `function` say when deliveries were handed over, by their ids."""
    _sent_times[:] = [function]


def sent_times(delivery_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when each of the deliveries was sent, of those that are known."""
    if not _sent_times or not delivery_ids:
        return {}
    return _sent_times[0](delivery_ids)
