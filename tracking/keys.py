"""The keys that tokens are signed with.

`TOKEN_KEYS` lists `id:secret` pairs, the newest first; the others keep mails that are
already out working. Without it the key is made from `SECRET_KEY`. Keys made from that and
from `SECRET_KEY_FALLBACKS` are read in any case, so that neither turning `TOKEN_KEYS` on
nor changing `SECRET_KEY` breaks a link.
"""

import hashlib
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from tracking.tokens import Keyring, Signer

SHORTEST_SECRET = 32


class KeyringError(Exception):
    """`TOKEN_KEYS` cannot be read; the message says which entry."""


@cache
def signer() -> Signer:
    """Return this process's signer. Raises `KeyringError`."""
    secret_keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return Signer(keyring(settings.TOKEN_KEYS, secret_keys))


def keyring(pairs: Sequence[str], secret_keys: Sequence[str]) -> Keyring:
    """Return the keys that `pairs` name, and those made from `secret_keys`, the newest first."""
    secrets: dict[int, bytes] = {}
    for position, pair in enumerate(pairs, 1):
        key_id, _colon, secret = pair.partition(":")
        if not (key_id.isascii() and key_id.isdecimal() and int(key_id) <= 255):
            raise KeyringError(f"entry {position} of TOKEN_KEYS has no id from 0 to 255")
        if len(secret) < SHORTEST_SECRET:
            raise KeyringError(
                f"entry {position} of TOKEN_KEYS has a secret of less than {SHORTEST_SECRET} "
                "characters"
            )
        secrets.setdefault(int(key_id), _derived(secret))
    for secret_key in secret_keys:
        # An id of its own per key, which needs no setting to remember it.
        derived = _derived(secret_key)
        secrets.setdefault(derived[0], derived)
    return Keyring(secrets, next(iter(secrets)))


def _derived(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"candid.tokens").digest()
