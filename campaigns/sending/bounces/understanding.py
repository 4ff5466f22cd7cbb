"""Read what came into a bounce mailbox. Pure: bytes in, a report out, and never an error.

Delivery reports (RFC 3464, RFC 6533) and complaints (RFC 5965) say in fields what happened.
For servers that only write a letter, flufl.bounce finds whom it is about, and the codes in
the letter say why. Everything here comes from strangers: sizes and counts are bounded.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from flufl.bounce import all_failures

from campaigns.composing import foreign_mails
from campaigns.sending.bounces import parts

MOST_BYTES = 1_000_000
# Of a letter that is no report: what the server says comes first, and a copy of our mail after.
MOST_OF_A_LETTER = 32_000
MOST_OF_A_FIELD = 2_000
MOST_FAILURES = 50
# It logs what it stumbles over, with addresses.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)

_UUID = re.compile(r"^[> \t]*Message-ID:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
# Begins only where a word does: from each letter of a long one it would read on to its end.
_ADDRESS = re.compile(r"(?<![^\s<>\"(),:;\[\]@])[^\s<>\"(),:;\[\]@]+@[^\s<>\"(),:;\[\]]+")
_CODED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b|(?<!\d)[45][0-9][0-9][ -]")
# Where a server's own words end and the mail that comes back begins.
_COPY = re.compile(
    r"^(?:[> \t-]*(?:Return-Path|Received|Message-ID|DKIM-Signature):|--+ ?(?:Below|This is a copy"
    r"|Original|The header|Undelivered|Returned))",
    re.IGNORECASE | re.MULTILINE,
)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
# Fields in which servers keep the address that a mail was for.
_RECIPIENT_FIELDS = (
    "To",
    "Delivered-To",
    "X-Original-To",
    "X-Delivered-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Rcpt-To",
    "Apparently-To",
    "Received",
)
_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon")
_COMPLAINTS = {"abuse", "fraud", "virus"}


class Kind(Enum):
    """What a mail in the mailbox is."""

    BOUNCE = auto()
    COMPLAINT = auto()
    OPT_OUT = auto()
    AUTOMATIC = auto()
    LETTER = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Failure:
    """What a server says of one recipient."""

    recipients: tuple[str, ...]
    # RFC 3464 2.3.3: failed, delayed, delivered, relayed, expanded.
    action: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail says, and by what our mail can be known in it."""

    kind: Kind
    failures: tuple[Failure, ...] = ()
    # The recipients of our mail, as a complaint names them.
    recipients: tuple[str, ...] = ()
    # Where it was sent to, in which a return address of ours may stand.
    addressed: str = ""
    # The names that we gave our mails in their Message-ID.
    uuids: tuple[str, ...] = ()
    subject: str = ""
    message_id: str = ""
    at: datetime | None = None


def understand(content: bytes) -> Report:
    """Return what the mail says. Never raises."""
    try:
        return _understand(content[:MOST_BYTES])
    except Exception:
        # Whatever a stranger's bytes do to two parsers, the other mails are read.
        return Report(Kind.BROKEN)


def _understand(content: bytes) -> Report:
    message = foreign_mails.opened(content).message
    taken = parts.take_apart(message)
    texts = [*taken.texts, *taken.heads]
    addressed = [*_fields(message, _RECIPIENT_FIELDS)]
    for head in taken.returned:
        addressed += _fields(head, ("Return-Path", "X-Envelope-From"))
    addressed += re.findall(r"^[> \t]*Return-Path:.*", "\n".join(texts), re.I | re.M)[:5]
    uuids = [match for text in texts for match in _UUID.findall(text)]
    kind, failures, recipients = Kind.LETTER, [], []
    if taken.feedback is not None:
        kind = _kind_of(taken.feedback)
        addressed += _fields(taken.feedback, ("Original-Mail-From",))
        recipients = _told(taken.feedback, ("Original-Rcpt-To", "Removal-Recipient"))
        for head in taken.returned:
            recipients += _ADDRESS.findall(" ".join(_fields(head, ("To",))))
    elif taken.statuses:
        kind, failures = Kind.BOUNCE, _failures(taken.statuses, taken.texts)
    elif _is_from_a_server(message):
        failures = _by_its_words(content, taken.texts)
        kind = Kind.BOUNCE if failures else Kind.LETTER
    elif _is_automatic(message):
        kind = Kind.AUTOMATIC
    return Report(
        kind,
        failures=tuple(failures[:MOST_FAILURES]),
        recipients=tuple(recipients[:MOST_FAILURES]),
        addressed="\n".join(addressed)[:20_000],
        uuids=tuple(dict.fromkeys(uuid.lower() for uuid in uuids))[:10],
        subject=_field(message, "Subject")[:500],
        message_id=_field(message, "Message-ID").strip()[:500],
        at=_date(message),
    )


def _kind_of(feedback: Message) -> Kind:
    told = _field(feedback, "Feedback-Type").strip().lower()
    if told in _COMPLAINTS:
        return Kind.COMPLAINT
    return Kind.OPT_OUT if told.startswith("opt-out") else Kind.AUTOMATIC


def _failures(blocks: list[Message], texts: list[str]) -> list[Failure]:
    """Read the fields of RFC 3464 2.3, a block for each recipient."""
    found = []
    for block in blocks[: MOST_FAILURES + 1]:
        action = _field(block, "Action").strip().lower().partition(" ")[0]
        if not action:
            continue  # The block about the mail as a whole.
        names = _told(block, ("Final-Recipient", "Original-Recipient"))
        words = _field(block, "Diagnostic-Code").partition(";")
        said = " ".join((words[2] or words[0]).split())
        status = _field(block, "Status").strip().partition(" ")[0]
        found.append(Failure(tuple(names), action, status, (said or _said(texts))[:1000]))
    return found


def _by_its_words(content: bytes, texts: list[str]) -> list[Failure]:
    """Read a letter of a server that writes no report."""
    try:
        delayed, failed = all_failures(foreign_mails.opened(content[:MOST_OF_A_LETTER]).message)
    except Exception:
        # Seventeen parsers of old formats, of which any may stumble.
        delayed, failed = frozenset(), frozenset()
    said = _said(texts)
    found = [
        Failure((_text(address),), action, "", said)
        for action, addresses in (("failed", failed), ("delayed", delayed))
        for address in sorted(addresses)
    ]
    if found or not said or not _CODED.search(said):
        return found
    # Whose mail it is, a return address of ours can still say.
    return [Failure((), "failed", "", said)]


def _said(texts: list[str]) -> str:
    """Return the lines in which a server says why, of the first text that has any."""
    for text in texts:
        own = _COPY.split(text, maxsplit=1)[0][:10_000]
        lines = [line.strip() for line in own.splitlines()]
        for number, line in enumerate(lines):
            if _CODED.search(line):
                return " ".join(filter(None, lines[number : number + 3]))[:1000]
        if own.strip():
            return " ".join(own.split())[-1000:]
    return ""


def _is_from_a_server(message: Message) -> bool:
    if message.get("X-Failed-Recipients") or message.get_content_type() == "multipart/report":
        return True
    name = _field(message, "From").lower()
    found = _ADDRESS.search(name)
    local = found[0].rpartition("@")[0] if found else name.strip(" <>")
    return not local or local.startswith(_DAEMONS)


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and what was there before it."""
    told = _field(message, "Auto-Submitted").strip().lower()
    if told and not told.startswith("no"):
        return True
    if any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")):
        return True
    return _field(message, "Precedence").strip().lower() in {"auto_reply", "bulk", "junk", "list"}


def _told(block: Message, names: tuple[str, ...]) -> list[str]:
    """Return the addresses of typed fields such as `rfc822; someone@example.com`."""
    found = []
    for name in names:
        for value in _fields(block, (name,)):
            kind, semicolon, address = value.partition(";")
            text = address if semicolon else kind
            if kind.strip().lower() in {"rfc822", "utf-8"} and name == "Original-Recipient":
                text = _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)
            found += _ADDRESS.findall(text)[:1]
    return list(dict.fromkeys(found))


def _field(message: Message, name: str) -> str:
    value = message.get(name, "")
    return str(value)[:MOST_OF_A_FIELD]


def _fields(message: Message, names: tuple[str, ...]) -> list[str]:
    return [
        str(value)[:MOST_OF_A_FIELD]
        for name in names
        for value in (message.get_all(name) or [])[:20]
    ]


def _date(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(_field(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(address: bytes | str) -> str:
    return address.decode("utf-8", "replace") if isinstance(address, bytes) else address
