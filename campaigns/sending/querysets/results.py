"""Results of hand-overs on their way into the ledger: one value for a whole window."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple


class Result(NamedTuple):
    """What became of a hand-over. For `pending`, `delay` seconds pass before the next."""

    id: int
    state: str
    code: int | None = None
    enhanced_code: str = ""
    reason: str = ""
    message_id: str = ""
    delay: float = 0
    # Nothing was tried after all, so the attempt does not count.
    untried: bool = False


# For a statement that has them in `%(results)s`.
RESULTS = """
results AS (
    SELECT id, state, code, COALESCE(enhanced, '') AS enhanced, COALESCE(reason, '') AS reason,
           COALESCE(message, '') AS message, COALESCE(delay, 0) AS delay,
           COALESCE(untried, false) AS untried
      FROM json_to_recordset(%(results)s::json)
        AS r(id bigint, state text, code int, enhanced text, reason text, message text,
             delay float, untried bool)
)
"""


def as_json(results: Sequence[Result]) -> str:
    """One value instead of eight arrays: it is written, sent and read in a quarter of the time."""
    return json.dumps([_told(*result) for result in results])


def _told(
    id_: int,
    state: str,
    code: int | None,
    enhanced_code: str,
    reason: str,
    message_id: str,
    delay: float,
    untried: bool,
) -> dict[str, str | float]:
    """Leave out what says nothing: most mails are simply sent."""
    told: dict[str, str | float] = {"id": id_, "state": state}
    if code is not None:
        told["code"] = code
    if enhanced_code:
        told["enhanced"] = enhanced_code
    if reason:
        told["reason"] = storable(reason)[:300]
    if message_id:
        told["message"] = storable(message_id)[:255]
    if delay:
        told["delay"] = delay
    if untried:
        told["untried"] = True
    return told


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL, and servers say what they like."""
    return text.replace("\0", "")
