"""The consent ledger as a file for an auditor: of everybody, or of one person.

Each line carries the SHA-256 of itself and of the line before, so that none can be changed,
added or left out later without changing the last hash: whoever notes that one can tell. How
to reckon it again is told in docs/privacy.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from campaigns.audience.export import Cell, Table
from campaigns.audience.models import ConsentEntry, Contact

Line = dict[str, Any]
COLUMNS = (
    *("number", "contact", "email", "purpose", "state", "source", "list", "said_at", "at"),
    *("actor", "notice_version", "notice_sha256", "notice", "evidence", "hash"),
)
# What the first line's hash is reckoned with.
START = "0" * 64


def lines(workspace_id: int, contact: Contact | None = None) -> Iterator[Line]:
    """Yield the lines of a workspace's ledger, or of one person's, the oldest first."""
    rows = ConsentEntry.objects.filter(workspace=workspace_id)
    if contact is not None:
        rows = rows.filter(contact=contact)
    known = rows.select_related("contact", "notice", "actor").order_by("pk")
    before = START
    for row in known.iterator(chunk_size=2000):
        line = _line(row)
        before = chained(before, line)
        yield line | {"notice": row.notice.text if row.notice else "", "hash": before}


def chained(before: str, line: Line) -> str:
    """Return the hash of a line, after the one before.

    Without its own, and without the words that were answered: their SHA-256 is in the line.
    """
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def table(found: Iterable[Line]) -> Table:
    """Return lines as a table for CSV."""
    return Table(COLUMNS, (_cells(line) for line in found))


def as_json(found: Iterable[Line]) -> Iterator[bytes]:
    """Yield the file: a list of lines, made as it is sent."""
    between = b"[\n"
    for line in found:
        text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield between + text.encode()
        between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def _line(row: ConsentEntry) -> Line:
    return {
        "number": row.pk,
        "contact": row.contact_id,
        "email": row.contact.email,
        "purpose": row.purpose,
        "state": row.state,
        "source": row.source,
        "list": str(row.evidence.get("name", "")),
        "said_at": _written(row.said_at),
        "at": _written(row.at),
        "actor": row.actor.email if row.actor else "",
        "notice_version": row.notice.version if row.notice else None,
        "notice_sha256": row.notice.sha256 if row.notice else "",
        "evidence": row.evidence,
    }


def _cells(line: Line) -> list[Cell]:
    evidence = json.dumps(line["evidence"], ensure_ascii=False, sort_keys=True)
    return [(line | {"evidence": evidence})[name] for name in COLUMNS]


def _written(at: datetime | None) -> str:
    return at.isoformat() if at else ""
