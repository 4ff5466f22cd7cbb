"""Make keys and shut them. A key is shown to whoever makes it, and to nobody after that."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from django.db.models import QuerySet

from campaigns.accounts.models import ApiKey, Member, Workspace

# Known by what it begins with, also to scanners that look for keys where none should be.
BEGINNING = "candid_"
# 256 bits: nobody guesses one, however often they try.
SECRET_BYTES = 32
# Of the key itself, so many characters are kept to tell it from others.
SHOWN = len(BEGINNING) + 4


def make(member: Member, name: str, scopes: Iterable[str]) -> tuple[ApiKey, str]:
    """Make a key that acts for the member; return it with its text, known to nobody after this."""
    text = BEGINNING + secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        workspace_id=member.workspace_id,
        member=member,
        name=name,
        beginning=text[:SHOWN],
        digest=digest(text),
        scopes=sorted(set(scopes)),
    )
    return key, text


def keys_of(workspace: Workspace) -> QuerySet[ApiKey]:
    """Return all keys of a workspace, the newest first, the shut ones too."""
    return workspace.api_keys.select_related("member__user", "use").order_by("-pk")


def revoke(key: ApiKey) -> bool:
    """Shut a key at once; say whether this call did."""
    return ApiKey.objects.filter(pk=key.pk).revoke()


def digest(text: str) -> bytes:
    """Return what is kept of a key. It is random, so a plain hash cannot be turned back."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
