"""Facts that only higher rooms know, by registration: when mails were sent, who agreed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person agreed to, in so many words, and has not taken back."""

    opens: bool = False
    clicks: bool = False


Agreements = Callable[[Sequence[int]], Mapping[int, Agreed]]
_agreements: list[Agreements] = []


def register_agreements(function: Agreements) -> None:
    """Let `function` say what contacts agreed to, by their ids."""
    _agreements[:] = [function]


def agreements(contact_ids: Sequence[int]) -> Mapping[int, Agreed]:
    """Return what contacts agreed to; who is not in it agreed to nothing."""
    return _agreements[0](contact_ids) if _agreements and contact_ids else {}
