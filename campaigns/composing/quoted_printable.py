r"""Encode bodies as quoted-printable, with room for what is filled in per recipient.

Fixed text is encoded once. Each slot begins on a line of its own (a soft line break
stands before and after it), so a value can be encoded without knowing its surroundings.
No line ever begins with a dot: it is written `=2E`, so nothing needs dot-stuffing.
"""

from __future__ import annotations

import binascii
import re

_SOFT = b"=\r\n"
# A soft line break may follow the last line, and is one character of it.
_LAST_LINE = 75
_DOT = re.compile(rb"^\.", re.MULTILINE)
# What may stand as it is, on one line: no "=", no dot first, no space last.
_plain = re.compile(r"(?!\.)(?:[ -<>-~]{0,74}[!-<>-~])?").fullmatch


def fixed(text: str, *, at_start: bool, before_slot: bool) -> bytes:
    """Encode fixed text; the line it begins in is empty.

    `at_start` is for the beginning of the body, where no slot came before.
    """
    encoded = _encode(text)
    head = b"" if at_start else _SOFT
    tail = _SOFT if before_slot and encoded and not encoded.endswith(b"\n") else b""
    return head + encoded + tail


def value(text: str) -> bytes:
    """Encode what one slot gives; the line it begins in is empty."""
    if text.isascii() and _plain(text):
        return text.encode("ascii")
    return _encode(text)


def _encode(text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Lone surrogates cannot leave as UTF-8; a person must not fail for one.
    encoded = binascii.b2a_qp(text.encode("utf-8", "replace"), istext=True)
    if len(encoded) - encoded.rfind(b"\n") - 1 > _LAST_LINE:
        cut = -3 if encoded[-3:-2] == b"=" else -1
        encoded = encoded[:cut] + b"=\n" + encoded[cut:]
    while encoded.startswith(b".") or b"\n." in encoded:
        encoded = _DOT.sub(b"=2E=\n", encoded)
    return encoded.replace(b"\n", b"\r\n") if b"\n" in encoded else encoded
