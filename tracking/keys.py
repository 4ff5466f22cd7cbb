"""The keys that tokens are signed with.

`TOKEN_KEYS` lists `id:secret` pairs, the newest first; the others keep mails that are
already out working. Without it one key is made from `SECRET_KEY`.
"""

import hashlib
from functools import cache

from django.conf import settings

from tracking.tokens import Keyring, Signer


class KeyringError(Exception):
    """`TOKEN_KEYS` cannot be read; the message says which entry."""


@cache
def signer() -> Signer:
    """Return this process's signer. Raises `KeyringError`."""
    return Signer(keyring(settings.TOKEN_KEYS, settings.SECRET_KEY))


def keyring(pairs: list[str], secret_key: str) -> Keyring:
    """Return the keys that `pairs` name, or the one made from `secret_key`."""
    if not pairs:
        return Keyring({1: _derived(secret_key)}, 1)
    secrets: dict[int, bytes] = {}
    for position, pair in enumerate(pairs, 1):
        key_id, _colon, secret = pair.partition(":")
        if not key_id.isdecimal() or not 0 <= int(key_id) <= 255 or len(secret) < 32:
            raise KeyringError(
                f"entry {position} of TOKEN_KEYS is not `id:secret`, with an id from 0 to 255 "
                "and a secret of at least 32 characters"
            )
        secrets[int(key_id)] = _derived(secret)
    return Keyring(secrets, next(iter(secrets)))


def _derived(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"candid.tokens").digest()
