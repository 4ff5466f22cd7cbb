"""Leave a whole provider alone for a while, when it takes nothing or asks us to wait."""

from __future__ import annotations

from datetime import timedelta

from campaigns.audience import addresses
from campaigns.sending.models import Cooldown
from campaigns.sending.outcomes import TransportError
from campaigns.sending.querysets import acquainting, moves

# After so many waits in a row a person should look: about two hours.
MAX_WAITS = 12
_LONGEST_WAIT = 900


def cool_down(provider_id: int, trouble: TransportError) -> int:
    """Let all workers leave the provider alone for a while; return how often in a row."""
    waits = moves.cool_down(
        provider_id,
        reason=addresses.masked(trouble.reason)[:300],
        first=timedelta(seconds=trouble.retry_after or 15),
        longest=timedelta(seconds=max(trouble.retry_after, _LONGEST_WAIT)),
    )
    return waits


def warm_up(provider_id: int, sender_id: int | None = None) -> None:
    """The provider takes mail again, perhaps of this sender."""
    if sender_id is not None:
        acquainting.know(sender_id, provider_id)
    Cooldown.objects.filter(provider=provider_id).delete()
