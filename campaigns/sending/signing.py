"""Sign mails for DKIM (RFC 6376), with RSA and with Ed25519 (RFC 8463).

For SMTP servers that do not sign. The mail's bytes are ours to the last one, so what is
signed is computed from them without parsing anything: header fields are cut at line ends,
and the body is hashed once for both signatures.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from campaigns.accounts import signing_keys
from campaigns.accounts.models import Sender, SigningKey

# What of a mail nobody may change. RFC 8058 wants the two of List-Unsubscribe signed.
NAMES = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version"),
    *("content-type", "list-id", "list-unsubscribe", "list-unsubscribe-post"),
)
# Named once more than they are there, so that nobody can add another (RFC 6376 5.4.2).
AND_NO_MORE = ("from", "to", "subject", "reply-to")
_NAMED = b":".join(name.encode() for name in (*NAMES, *AND_NO_MORE))
_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_SPACE = re.compile(rb"[ \t\r\n]+")
_WIDTH = 72


@dataclass(frozen=True)
class Key:
    """A private key, and where the world finds its public half."""

    selector: str
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        return "rsa" if isinstance(self.private, rsa.RSAPrivateKey) else "ed25519"

    def sign(self, text: bytes) -> bytes:
        """Return the signature of the canonical header fields."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(hashlib.sha256(text).digest())


class Signer:
    """Signs the mails of one domain with each of its keys."""

    def __init__(self, domain: str, keys: Sequence[Key]) -> None:
        self._domain = domain
        self._keys = tuple(keys)

    def __call__(self, mail: bytes) -> bytes:
        """Return the mail with its signatures in front.

        It has CRLF line ends, and no line begins with a dot: so it is what arrives.
        """
        head, _blank, body = mail.partition(b"\r\n\r\n")
        signed = relaxed_fields(head)
        body_hash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest())
        moment = int(time.time())
        return b"".join(
            [*(self._field(key, signed, body_hash, moment) for key in self._keys), mail]
        )

    def _field(self, key: Key, signed: bytes, body_hash: bytes, moment: int) -> bytes:
        value = (
            f"v=1; a={key.algorithm}-sha256; c=relaxed/relaxed; d={self._domain};"
            f"\r\n s={key.selector}; t={moment};\r\n h=".encode()
            + _folded(_NAMED, b":")
            + b";\r\n bh="
            + body_hash
            + b";\r\n b="
        )
        text = signed + b"dkim-signature:" + _SPACE.sub(b" ", value).strip()
        signature = base64.b64encode(key.sign(text))
        lines = b"\r\n ".join(
            signature[at : at + _WIDTH] for at in range(0, len(signature), _WIDTH)
        )
        return b"DKIM-Signature: " + value + lines + b"\r\n"


def signer(sender: Sender) -> Signer | None:
    """Return what signs the sender's mails, or None if they are not to be signed here."""
    rows = signing_keys.active(sender.workspace_id, sender.domain)
    return Signer(sender.domain, [_key(row) for row in rows]) if rows else None


def relaxed_fields(head: bytes) -> bytes:
    """Return the fields that are signed, in the order of `NAMES` (RFC 6376 3.4.2)."""
    found = {}
    for field in _FIELD_END.split(head):
        name, _colon, value = field.partition(b":")
        found[name.strip().lower()] = _SPACE.sub(b" ", value).strip()
    return b"".join(
        b"%b:%b\r\n" % (name, found[name])
        for name in (name.encode() for name in NAMES)
        if name in found
    )


def relaxed_body(body: bytes) -> bytes:
    """Return the body as it is hashed (RFC 6376 3.4.4); replacing is faster than a pattern."""
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    if b" \r\n" in body:
        body = body.replace(b" \r\n", b"\r\n")
    body = body.rstrip(b" ") if body.endswith(b" ") else body
    while body.endswith(b"\r\n\r\n"):
        body = body[:-2]
    if body in {b"", b"\r\n"}:
        return b""
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _key(row: SigningKey) -> Key:
    private = serialization.load_pem_private_key(row.private_pem.encode(), password=None)
    assert isinstance(private, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey)  # noqa: S101 - ours
    return Key(row.selector, private)


def _folded(text: bytes, at: bytes) -> bytes:
    """Break a long list after every fourth part, with a space that does not count."""
    parts = text.split(at)
    lines = [at.join(parts[start : start + 4]) for start in range(0, len(parts), 4)]
    return (at + b"\r\n  ").join(lines)
