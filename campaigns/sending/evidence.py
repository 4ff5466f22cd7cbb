"""Decide what is not confirmed by what was seen of it since.

Who opened a mail, clicked in it or left through it has got it. Looked for in what we hold
ourselves; providers' events decide on their own as they come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.audience.models import Unsubscription
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import moves
from tracking.models import Engagement

# Evidence comes soon or never.
LOOK_BACK = timedelta(hours=72)
MOST = 2_000


def look() -> int:
    """Decide unknown deliveries that left a trace, and return how many."""
    recent = Delivery.objects.unknown().filter(unknown_since__gte=Now() - LOOK_BACK)
    ids = list(recent.order_by("-unknown_since").values_list("pk", flat=True)[:MOST])
    if not ids:
        return 0
    seen = set(_read(ids)) | set(_left(ids))
    reason = _("confirmed: it was opened, clicked or left through")
    decided = [
        moves.take_evidence(pk, state="sent", message_id="", reason=reason) for pk in sorted(seen)
    ]
    return sum(decided)


def sent_times(delivery_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when each of the deliveries was handed over; for tracking's judgement."""
    rows = Delivery.objects.among(delivery_ids).filter(sending_at__isnull=False)
    return {pk: at for pk, at in rows.values_list("pk", "sending_at") if at is not None}


def _read(ids: Sequence[int]) -> list[int]:
    seen = Engagement.objects.filter(delivery_id__in=ids)
    return list(seen.values_list("delivery_id", flat=True))


def _left(ids: Sequence[int]) -> list[int]:
    left = Unsubscription.objects.filter(delivery_id__in=ids)
    return [pk for pk in left.values_list("delivery_id", flat=True) if pk is not None]
