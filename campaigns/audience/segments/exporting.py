"""Write the people of a segment as CSV: streamed, and importable again."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.audience import export
from campaigns.audience.models import Segment
from campaigns.audience.segments import applying


def people_of(segment: Segment) -> Iterator[bytes]:
    """Yield the CSV file of everybody who is in the segment now."""
    return export.people(segment.workspace_id, applying.people(segment))
