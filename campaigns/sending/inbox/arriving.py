"""Read what the inbox list shows out of a mail: who to, who from, about what, of which delivery."""

import re
import uuid
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_SHOWN = 300
# Unfolded later: a header goes on in lines that begin with a blank.
_HEADER = re.compile(rb"^(message-id|subject|from):((?:.*\r?\n)(?:[ \t].*\r?\n)*)", re.I | re.M)
_DELIVERY = re.compile(r"<([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.I)
_FOLD = re.compile(r"[\r\n]+[ \t]*")


@dataclass(frozen=True)
class Arrived:
    """A mail as it came in, and what its list row shows."""

    workspace_id: int
    delivery_uuid: uuid.UUID | None
    from_address: str
    to_address: str
    subject: str
    content: bytes


def read(workspace_id: int, sender: str, recipients: list[str], content: bytes) -> Arrived:
    """Describe a mail. Damaged headers are shown as they are, never refused."""
    headers = _headers(content)
    delivery = _DELIVERY.search(headers.get(b"message-id", ""))
    return Arrived(
        workspace_id=workspace_id,
        delivery_uuid=uuid.UUID(delivery[1]) if delivery else None,
        from_address=_shown(headers.get(b"from", "")) or _clean(sender),
        to_address=_clean(", ".join(recipients)),
        subject=_shown(headers.get(b"subject", "")),
        content=content,
    )


def _headers(content: bytes) -> dict[bytes, str]:
    head, _, _ = content.partition(b"\r\n\r\n")
    return {
        name.lower(): _FOLD.sub(" ", value.decode("utf-8", "replace")).strip()
        for name, value in _HEADER.findall(head + b"\r\n")
    }


def _shown(header: str) -> str:
    if "=?" not in header:
        return _clean(header)
    try:
        return _clean(str(make_header(decode_header(header))))
    except (HeaderParseError, LookupError, UnicodeError):
        return _clean(header)


def _clean(text: str) -> str:
    """Return text that PostgreSQL takes and a list row has room for."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:_SHOWN]
