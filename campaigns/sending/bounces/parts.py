"""Take a mail apart into what a bounce consists of, with bounds on number and depth. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser

MOST_PARTS = 60
MOST_TEXT = 200_000
_RETURNED = {"message/rfc822", "message/global"}
_HEADERS = {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
_STATUS = {"message/delivery-status", "message/global-delivery-status"}


@dataclass(slots=True)
class Parts:
    """The parts of a mail that somebody sent back."""

    texts: list[str] = field(default_factory=list)
    # The blocks of a delivery report: the mail as a whole, then each recipient.
    statuses: list[Message] = field(default_factory=list)
    feedback: Message | None = None
    # The headers of the mail that comes back, parsed, and as text.
    returned: list[Message] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


def take_apart(message: Message) -> Parts:
    """Return the parts; beyond the first sixty there is nothing worth reading."""
    found = Parts()
    waiting = [message]
    for _number in range(MOST_PARTS):
        if not waiting:
            break
        part = waiting.pop(0)
        kind = part.get_content_type()
        if part.get_content_maintype() == "multipart":
            waiting += [child for child in _children(part) if isinstance(child, Message)]
        elif kind in _STATUS:
            found.statuses += _blocks(part)
        elif kind == "message/feedback-report":
            found.feedback = _fields_of(part)
        elif kind in _RETURNED or kind in _HEADERS:
            head = _fields_of(part)
            found.returned.append(head)
            found.heads.append("\n".join(f"{name}: {value}" for name, value in head.items()))
        elif part.get_content_maintype() == "text":
            found.texts.append(text_of(part))
    return found


def text_of(part: Message) -> str:
    """Return the text of a part, decoded as far as it can be."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload[:MOST_TEXT].decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return payload[:MOST_TEXT].decode("utf-8", "replace")


def _blocks(part: Message) -> list[Message]:
    """Return the blocks of fields of a report, whichever way the parser left them."""
    children = [child for child in _children(part) if isinstance(child, Message)]
    if len(children) != 1 or part.get_content_type() == "message/delivery-status":
        return children or _parsed(text_of(part))
    # The parser takes the first block for the headers of a mail, and the rest for its text.
    return [children[0], *_parsed(str(children[0].get_payload()))]


def _parsed(text: str) -> list[Message]:
    blocks = text.replace("\r\n", "\n").strip().split("\n\n")[:MOST_PARTS]
    return [HeaderParser().parsestr(block) for block in blocks if block.strip()]


def _fields_of(part: Message) -> Message:
    """Return the fields that a part consists of, or begins with."""
    children = _children(part)
    if children and isinstance(children[0], Message):
        return children[0]
    return HeaderParser().parsestr(text_of(part))


def _children(part: Message) -> list[object]:
    payload = part.get_payload()
    return list(payload) if isinstance(payload, list) else []
