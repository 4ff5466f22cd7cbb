"""Numbers and bytes in few letters that an address may carry: what tokens are written in.

Numbers are LEB128 varints, and the text is base64url (RFC 4648 § 5) without padding. Every
value has one spelling; all others are refused. Pure: knows no framework.
"""

from __future__ import annotations

import binascii

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# What base64 has and base64url has not becomes what neither has.
_PLAIN = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"===", b"==", b"=")


def varint(number: int) -> bytes:
    """Write a number that is not negative."""
    # A mail has six of them, nearly all of them short.
    if number < 0x80:
        return bytes((number,))
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    if number < 0x200000:
        return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14))
    return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14 & 0x7F | 0x80)) + (
        varint(number >> 21)
    )


def varints(raw: bytes) -> list[int]:
    """Read the numbers that `raw` consists of. Raises `ValueError` when the last is torn."""
    numbers, number, shift = [], 0, 0
    for byte in raw:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number, shift = 0, 0
    if shift:
        raise ValueError("torn number")
    return numbers


def text(raw: bytes) -> str:
    """Write bytes as letters."""
    encoded = binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE)
    return encoded.rstrip(b"=").decode("ascii")


def from_text(letters: str) -> bytes:
    """Read what `text` wrote. Raises `ValueError` for anything else."""
    encoded = letters.encode("ascii").translate(_PLAIN) + _PADDING[len(letters) % 4]
    raw = binascii.a2b_base64(encoded)
    # base64 ignores stray bits and foreign characters.
    if binascii.b2a_base64(raw, newline=False) != encoded:
        raise ValueError("not as we write it")
    return raw
