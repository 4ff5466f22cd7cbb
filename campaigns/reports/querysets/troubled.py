"""Deliveries in trouble as a file: whom a campaign did not reach, or may not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaigns.reports.querysets import copying

# A file's cells, in the order of its header.
CELLS = (
    copying.address("d.address", "d.domain"),
    copying.safe("c.first_name"),
    copying.safe("c.last_name"),
    copying.word("d.state", "states"),
    "d.code",
    "nullif(d.enhanced_code, '')",
    copying.safe("d.reason"),
    "d.attempt",
    copying.moment("d.troubled_at"),
)
# In the order of the page, which has an index: see `DeliveryQuerySet.troubled`.
STREAM = """
SELECT {fields}
  FROM sending_delivery d LEFT JOIN audience_contact c ON c.id = d.contact_id
 WHERE d.campaign_id = %(campaign)s AND d.workspace_id = %(workspace)s
   AND d.troubled_at IS NOT NULL AND (%(state)s = '' OR d.state = %(state)s)
 ORDER BY d.troubled_at DESC, d.id DESC
"""


@dataclass(frozen=True)
class Question:
    """Which deliveries of a campaign: all that are in trouble, or those in one state."""

    campaign_id: int
    workspace_id: int
    state: str = ""


def stream(question: Question, words: Mapping[str, str], header: Sequence[str]) -> Iterator[bytes]:
    """Yield a file of all that are asked for; `words` are those of `CELLS`."""
    values = {
        "campaign": question.campaign_id,
        "workspace": question.workspace_id,
        "state": question.state,
    }
    return copying.stream(STREAM.format(fields=", ".join(CELLS)), {**values, **words}, header)
