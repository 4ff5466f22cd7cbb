"""Seal what must not be readable in a database dump: the credentials of providers.

The key is derived from `SECRET_KEY`, which is not in the database.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class EncryptionError(Exception):
    """The sealed value was made with another `SECRET_KEY`, or was damaged."""


def seal(value: dict[str, Any]) -> bytes:
    """Return `value` as an encrypted, authenticated token."""
    return _fernet().encrypt(json.dumps(value).encode())


def unseal(sealed: bytes) -> dict[str, Any]:
    """Return what `seal` was given. Raises `EncryptionError`."""
    if not sealed:
        return {}
    try:
        opened: dict[str, Any] = json.loads(_fernet().decrypt(sealed))
    except InvalidToken as error:
        raise EncryptionError("sealed with another SECRET_KEY, or damaged") from error
    return opened


def _fernet() -> Fernet:
    key = hashlib.blake2b(
        settings.SECRET_KEY.encode(), digest_size=32, person=b"candid.provider"
    ).digest()
    return Fernet(base64.urlsafe_b64encode(key))
