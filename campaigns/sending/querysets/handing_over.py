"""When mails were handed over: asked for by the ten thousand while their opens come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracking import arrays, asking

TIMES = """
SELECT id, sending_at FROM sending_delivery
 WHERE id = ANY(%s::bigint[]) AND sending_at IS NOT NULL
"""


def times(delivery_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when these deliveries were handed over, of those that were."""
    return dict(asking.rows(TIMES, [arrays.text(delivery_ids)]))
