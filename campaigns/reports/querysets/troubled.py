"""Deliveries in trouble as a file: whom a campaign did not reach, or may not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaigns.accounts.ordering import Sort
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
STREAM = """
SELECT {fields}
  FROM sending_delivery d LEFT JOIN audience_contact c ON c.id = d.contact_id
 WHERE d.campaign_id = %(campaign)s AND d.workspace_id = %(workspace)s
   AND d.troubled_at IS NOT NULL AND (%(state)s = '' OR d.state = %(state)s)
 ORDER BY {order}
"""


@dataclass(frozen=True)
class Question:
    """Which deliveries of a campaign: all in trouble, or those in one state; and their order."""

    campaign_id: int
    workspace_id: int
    sort: Sort
    state: str = ""


def stream(question: Question, words: Mapping[str, str], header: Sequence[str]) -> Iterator[bytes]:
    """Yield a file of all that are asked for; `words` are those of `CELLS`."""
    values = {
        "campaign": question.campaign_id,
        "workspace": question.workspace_id,
        "state": question.state,
    }
    way = "DESC" if question.sort.falls else "ASC"
    order = ", ".join(f"d.{column} {way}" for column in (*question.sort.columns, "id"))
    sql = STREAM.format(fields=", ".join(CELLS), order=order)
    return copying.stream(sql, {**values, **words}, header)
