"""Recipients of a campaign as a file, in the order of the table's pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from campaigns.reports.querysets import copying
from campaigns.reports.querysets.recipients import CLICK_MODE, OUTCOME, TABLES, Question

STREAM = "SELECT {fields} FROM {tables} WHERE {where} ORDER BY {order}"


def _measured(column: str, mode: str = "d.mode") -> str:
    """A count; nothing where nothing was measured: a zero would be a claim."""
    return f"CASE WHEN {mode} = 'individual' THEN coalesce({column}, 0) END"


# A file's cells, in the order of its header.
CELLS = (
    copying.address("d.address", "d.domain"),
    copying.safe("c.first_name"),
    copying.safe("c.last_name"),
    copying.word("d.state", "states"),
    copying.word(f"({OUTCOME})", "outcomes"),
    copying.word("d.mode", "modes"),
    copying.moment("d.done_at"),
    "d.attempt",
    "d.code",
    "nullif(d.enhanced_code, '')",
    copying.safe("d.reason"),
    copying.moment("e.first_open_at"),
    *map(_measured, ("e.opens_sure", "e.opens_uncertain", "e.opens_machine")),
    copying.moment("e.first_click_at"),
    _measured("e.clicks_sure", CLICK_MODE),
    _measured("e.clicks_uncertain", CLICK_MODE),
    _measured("e.clicks_machine", CLICK_MODE),
    copying.moment("e.last_at"),
    copying.word("e.country", "countries"),
    copying.safe("e.region"),
    copying.safe("e.city"),
    copying.word("e.device", "devices"),
    copying.safe("e.os"),
    copying.safe("e.client"),
    copying.word("e.language", "languages"),
    copying.moment("u.unsubscribed_at"),
)


def stream(question: Question, words: Mapping[str, str], header: Sequence[str]) -> Iterator[bytes]:
    """Yield a file of all recipients that are asked for; `words` are those of `CELLS`."""
    where, values = question.where()
    sql = STREAM.format(
        fields=", ".join(CELLS), tables=TABLES, where=where, order=question.whole_order
    )
    return copying.stream(sql, {**values, **words}, header)
