"""Decide what is not confirmed by what was seen of it.

Who opened a mail, clicked in it or left through it has got it. What providers tell decides
as it comes in; what they told while the answer was still awaited is looked for here, with
the rest: nobody tells it a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from campaigns.sending import facts
from campaigns.sending.querysets import doubts, handing_over, moves
from campaigns.sending.querysets.deliveries import DeliveryQuerySet

# Evidence comes soon or never.
LOOK_BACK = timedelta(hours=72)
# Of each kind, at one look.
MOST = 2_000


def look() -> int:
    """Decide unknown deliveries that left a trace, and return how many."""
    rows = doubts.recent(LOOK_BACK)
    if not rows.exists():
        return 0
    return sum(
        moves.take_evidence(pk, state=state, message_id="", reason=reason)
        for found, state, reason in _traces(rows)
        for pk in found.order_by("pk").values_list("pk", flat=True)[:MOST]
    )


def sent_times(delivery_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when each of the deliveries was handed over; for tracking's judgement."""
    return handing_over.times(delivery_ids)


def _traces(rows: DeliveryQuerySet) -> Iterator[tuple[DeliveryQuerySet, str, str]]:
    """What is known of which, and what to say; what it arrived by before what it did not."""
    seen = _("confirmed: it was opened, clicked or left through")
    yield doubts.used(rows), "sent", seen
    yield doubts.left(rows), "sent", seen
    yield doubts.told(rows, facts.PROOFS), "sent", _("confirmed: the provider told of it")
    refused = _("refused, as the provider told")
    yield doubts.told_since(rows, facts.REFUSALS), "failed", refused
