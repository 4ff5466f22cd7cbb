"""Write header fields: RFC 5322 lines, RFC 2047 words, nothing that can break out."""

from __future__ import annotations

import binascii
import re

_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
# Nearly every address there is, in one look.
_plain_address = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
).fullmatch
_LINE = 76


class HeaderError(Exception):
    """This cannot stand in a header of a mail."""


def clean(value: str) -> str:
    """Return `value` on one line: each run of white space and control characters a space."""
    if value.isprintable() and "  " not in value:  # Nearly always; far cheaper to see.
        return value.strip(" ")
    return _CONTROL.sub(" ", value).strip()


def unstructured(value: str, *, used: int) -> bytes:
    """Return free text, of which the first line has `used` characters already."""
    value = clean(value)
    if value.isascii() and "=?" not in value:
        if used + len(value) <= _LINE:
            return value.encode("ascii")
        folded = _folded(value, used)
        if folded is not None:
            return folded
    return _words(value, used=used)


def mailbox(name: str, email: str, *, used: int) -> bytes:
    """Return `name <email>`, encoded. Raises `HeaderError`."""
    spec = address(email)
    name = clean(name)
    if not name:
        return spec
    if not name.isascii() or "=?" in name:
        return _words(name, used=used) + b"\r\n <" + spec + b">"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <'.encode("ascii") + spec + b">"


def display(name: str, email: str) -> str:
    """Return `name <email>` for a provider that encodes it itself."""
    name = clean(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{email}>' if name else email


def domain(email: str) -> str:
    """Return the domain of an address, in ASCII. Raises `HeaderError`."""
    return address(email).decode("ascii").rpartition("@")[2].lower()


def is_plain(email: str) -> bool:
    """Whether everybody writes this address the same way."""
    return len(email) <= 254 and _plain_address(email) is not None


def ascii_phrase(name: str) -> str:
    """Return a quoted phrase and a space, or nothing for a name that needs encoding."""
    name = clean(name)
    if not name or not name.isascii():
        return ""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" '


def address(email: str) -> bytes:
    """Return one address and no more, its domain in ASCII. Raises `HeaderError`."""
    if is_plain(email):
        return email.encode("ascii")
    local, at, domain = email.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise HeaderError("The domain of this address cannot be written.") from error
    if not at or not local or not _DOMAIN.fullmatch(domain):
        raise HeaderError("This is not an e-mail address.")
    if not local.isascii() or _CONTROL.search(local) or len(email) > 320:
        raise HeaderError("This address cannot be written in a mail.")
    if not _ATOM.fullmatch(local):
        plain = local[1:-1] if len(local) > 1 and local[0] == local[-1] == '"' else local
        plain = re.sub(r"\\(.)", r"\1", plain)
        local = '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{local}@{domain}".encode("ascii")


def _words(value: str, *, used: int) -> bytes:
    """Return RFC 2047 words, each of whole characters, one a line of 76 bytes."""
    whole = value.encode("utf-8", "replace")
    if len(whole) <= _bytes_in(_LINE - used):
        return b"=?utf-8?b?" + binascii.b2a_base64(whole, newline=False) + b"?="
    words: list[bytes] = []
    current, room = b"", _bytes_in(_LINE - used)
    for character in value:
        encoded = character.encode("utf-8", "replace")
        if len(current) + len(encoded) > room:
            words.append(current)
            current, room = b"", _bytes_in(_LINE - 1)
        current += encoded
    words.append(current)
    return b"\r\n ".join(
        b"=?utf-8?b?" + binascii.b2a_base64(word, newline=False) + b"?=" for word in words
    )


def _bytes_in(line: int) -> int:
    """Say how many bytes fit into an encoded word of at most `line` characters."""
    return (line - len("=?utf-8?b??=")) // 4 * 3


def _folded(value: str, used: int) -> bytes | None:
    """Break ASCII text before spaces; None where a word is too long for a line."""
    lines: list[str] = []
    line, room = "", _LINE - used
    for word in value.split(" "):
        if len(word) > _LINE - 1:
            return None
        candidate = f"{line} {word}" if line else word
        if len(candidate) > room and line:
            lines.append(line)
            line, room = word, _LINE - 1
        else:
            line = candidate
    lines.append(line)
    return "\r\n ".join(lines).encode("ascii")
