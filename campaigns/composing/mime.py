"""Lay out a mail once, so that each recipient costs one bytes formatting.

The result is a complete RFC 5322 message: CRLF lines, multipart/alternative, no line
that begins with a dot, so it is dot-stuffed as it stands.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from operator import itemgetter

from campaigns.composing import quoted_printable
from campaigns.composing.marks import Hole
from campaigns.composing.slots import HOLES, Field, Person, Slot, Text, escaped

# "=_" stands in no quoted-printable text, so no body can hold the boundary.
BOUNDARY = "=_alternative"

Maker = Callable[[Person], bytes]

# Tokens are short words of base64url, which need no encoding anywhere in a mail.
TOKENS: dict[Hole, Maker] = {
    Hole.OPEN: lambda person: person.open_token.encode("ascii"),
    Hole.CLICK: lambda person: person.click_token.encode("ascii"),
    Hole.UNSUBSCRIBE: lambda person: person.unsubscribe_token.encode("ascii"),
}


class Skeleton:
    """Fixed bytes and makers, in order, joined into one format."""

    def __init__(self) -> None:
        self._fixed: list[bytes] = []
        self._makers: dict[Maker, int] = {}
        self._order: list[int] = []
        self._body_makers: dict[Slot, Maker] = {HOLES[hole]: TOKENS[hole] for hole in Hole}

    def add(self, part: bytes | Maker) -> None:
        """Append fixed bytes, or a maker that gives bytes per person."""
        if isinstance(part, bytes):
            self._fixed.append(part.replace(b"%", b"%%"))
            return
        self._fixed.append(b"%b")
        self._order.append(self._makers.setdefault(part, len(self._makers)))

    def add_body(self, text: Text) -> None:
        """Append a body, quoted-printable."""
        pieces = text.pieces
        at_start = True
        for position, piece in enumerate(pieces):
            following = pieces[position + 1] if position + 1 < len(pieces) else ""
            if isinstance(piece, str):
                before_slot = not isinstance(following, str)
                self.add(quoted_printable.fixed(piece, at_start=at_start, before_slot=before_slot))
                continue
            self.add(self._body_maker(piece))
            at_start = False
            if not isinstance(following, str):
                self.add(quoted_printable.fixed("", at_start=False, before_slot=True))
        if pieces and not isinstance(pieces[-1], str):
            self.add(quoted_printable.fixed("", at_start=False, before_slot=False))

    def finish(self) -> Callable[[Person], bytes]:
        """Return the function that makes the mail of one person."""
        form = b"".join(self._fixed)
        makers = tuple(self._makers)
        pick = itemgetter(*self._order)

        def fill(person: Person) -> bytes:
            mail: bytes = form % pick([make(person) for make in makers])
            return mail

        return fill

    @property
    def size(self) -> int:
        """How many bytes the fixed part has."""
        return sum(len(part) for part in self._fixed)

    def _body_maker(self, slot: Slot) -> Maker:
        if slot not in self._body_makers:
            self._body_makers[slot] = _maker(slot)
        return self._body_makers[slot]


def _maker(slot: Slot) -> Maker:
    encode = quoted_printable.value
    if not isinstance(slot, Field):
        return lambda person: encode(slot(person))
    read, escape = slot.read, slot.escape

    def make(person: Person) -> bytes:
        value = read(person)
        # Most names: letters that mean nothing to HTML nor to quoted-printable.
        if value.isalnum() and value.isascii() and len(value) < 76:
            return value.encode("ascii")
        return encode(escaped(value) if escape else value)

    return make


def assemble(fields: Iterable[bytes | Maker], text: Text, html: Text) -> Skeleton:
    """Put header fields and the two bodies together."""
    skeleton = Skeleton()
    for field in fields:
        skeleton.add(field)
    skeleton.add(
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\n\r\n' % BOUNDARY.encode()
    )
    for kind, body in (("plain", text), ("html", html)):
        skeleton.add(
            f"--{BOUNDARY}\r\n"
            f'Content-Type: text/{kind}; charset="utf-8"\r\n'
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        )
        skeleton.add_body(body)
        skeleton.add(b"\r\n")
    skeleton.add(f"--{BOUNDARY}--\r\n".encode())
    return skeleton


def date(person: Person) -> bytes:
    """Return the moment, as a Date field says it; a second's worth of work is kept."""
    return _date(int(time.time()))


@functools.lru_cache(maxsize=4)
def _date(second: int) -> bytes:
    return format_datetime(datetime.fromtimestamp(second, UTC)).encode("ascii")
