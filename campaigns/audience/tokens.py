"""Sign the links with which recipients leave, and read them back.

They have a key of their own, far from tracking's, and never expire: the link in an old
mail must work. A token says who is meant and through which mail; a contact of 0 stands
for nobody (a test mail, a preview).
"""

import functools
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from tracking.compact import from_text, text, varint, varints

_VERSION = b"\x01"
_MAC_BYTES = 16
_MAX_TEXT = 120


class TokenError(Exception):
    """The token was not issued by us for leaving, or was damaged on its way."""


@dataclass(frozen=True)
class Token:
    """Who leaves, and through which campaign and delivery; 0 is none."""

    contact_id: int
    campaign_id: int = 0
    delivery_id: int = 0


def unsubscribe_token(contact_id: int, campaign_id: int = 0, delivery_id: int = 0) -> str:
    """Return the text that stands in the recipient's links."""
    body = _VERSION + varint(contact_id) + varint(campaign_id) + varint(delivery_id)
    return text(body + _mac(_keys(_secrets())[0], body))


def of_campaign(campaign_id: int) -> Callable[[int, int], str]:
    """Return the function that makes the campaign's tokens, by contact and delivery.

    The same tokens as `unsubscribe_token` makes, for whoever needs one for every mail.
    """
    key, campaign = _keys(_secrets())[0], varint(campaign_id)
    keyed = hashlib.blake2b(key=key, digest_size=_MAC_BYTES)

    def make(contact_id: int, delivery_id: int) -> str:
        body = _VERSION + varint(contact_id) + campaign + varint(delivery_id)
        mac = keyed.copy()
        mac.update(body)
        return text(body + mac.digest())

    return make


def read(letters: str) -> Token:
    """Return what a token says. Raises `TokenError`."""
    if len(letters) > _MAX_TEXT:
        raise TokenError("too long")
    try:
        raw = from_text(letters)
    except ValueError as error:
        raise TokenError("not as we write it") from error
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not any(hmac.compare_digest(_mac(key, body), mac) for key in _keys(_secrets())):
        raise TokenError("not signed by us")
    numbers = varints(body[1:])
    if body[:1] != _VERSION or len(numbers) != 3:
        raise TokenError("of an unknown layout")
    return Token(*numbers)


def _secrets() -> tuple[str, ...]:
    # Old mails outlive a rotated SECRET_KEY; Django keeps the old ones for this.
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@functools.lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(
        hashlib.blake2b(secret.encode(), digest_size=32, person=b"candid.leaving").digest()
        for secret in secrets
    )


def _mac(key: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=key, digest_size=_MAC_BYTES).digest()
