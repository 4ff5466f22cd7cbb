"""Open a stored mail the way a mail program does: headers, HTML, text, and the way out."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

# What a reader of mail, or somebody checking one, wants to see.
_HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
_ANGLES = re.compile(r"<\s*([^<>]+?)\s*>")
# Where a head can begin, best first: before a doctype it would change the whole layout.
_BEGINNINGS = [
    re.compile(pattern, re.I)
    for pattern in (r"<head\b[^>]*>", r"<html\b[^>]*>", r"<!doctype[^>]*>")
]
# Links of a mail open beside it, as in any mail program.
_BASE = '<base target="_blank">'


@dataclass(frozen=True)
class WayOut:
    """What mail programs make of `List-Unsubscribe`."""

    # The path to post to, for one click; empty when the address is not ours.
    path: str
    url: str
    mailto: str
    one_click: bool


@dataclass(frozen=True)
class Letter:
    """A mail, opened."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    way_out: WayOut | None


def opened(content: bytes, *, public_url: str) -> Letter:
    """Return the letter in `content`; what is damaged shows as far as it can be read."""
    message = message_from_bytes(content, policy=policy.default)
    return Letter(
        headers=tuple((name, _header(message, name)) for name in _HEADERS if name in message),
        html=_part(message, "html"),
        text=_part(message, "plain"),
        way_out=_way_out(message, public_url),
    )


def page(html: str) -> str:
    """Return the HTML of a mail with its links opening beside it."""
    for beginning in _BEGINNINGS:
        if found := beginning.search(html):
            return html[: found.end()] + _BASE + html[found.end() :]
    return _BASE + html


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name])
    except (ValueError, LookupError, AttributeError):
        # The parser of the standard library gives up on some damaged headers.
        return next((value for key, value in message.raw_items() if key == name), "")


def _part(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() != f"text/{kind}" or part.is_attachment():
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        charset = part.get_content_charset("utf-8")
        try:
            return payload.decode(charset, "replace")
        except LookupError:
            return payload.decode("utf-8", "replace")
    return ""


def _way_out(message: EmailMessage, public_url: str) -> WayOut | None:
    targets = _ANGLES.findall(_header(message, "List-Unsubscribe"))
    url = next((target for target in targets if target.lower().startswith("http")), "")
    mailto = next((target for target in targets if target.lower().startswith("mailto:")), "")
    if not url and not mailto:
        return None
    one_click = "one-click" in _header(message, "List-Unsubscribe-Post").lower()
    ours = url.startswith(f"{public_url}/")
    return WayOut(
        path=urlsplit(url).path if ours and one_click else "",
        url=url,
        mailto=mailto,
        one_click=one_click,
    )
