"""Who may put mail into which inbox: one user per workspace, with a password we derive."""

import hashlib
import hmac
import re

from django.conf import settings

_USER = re.compile(r"workspace-([1-9][0-9]{0,17})")


def user(workspace_id: int) -> str:
    """The SMTP user name of a workspace."""
    return f"workspace-{workspace_id}"


def password(workspace_id: int) -> str:
    """The SMTP password of a workspace: derived, so that neither side has to store it."""
    return hashlib.blake2b(
        str(workspace_id).encode(),
        digest_size=24,
        key=hashlib.sha256(settings.SECRET_KEY.encode()).digest(),
        person=b"candid.inbox",
    ).hexdigest()


def workspace_of(name: bytes, secret: bytes) -> int | None:
    """Return the workspace that these credentials open, or None."""
    match = _USER.fullmatch(name.decode("ascii", "replace"))
    if match is None:
        return None
    workspace_id = int(match[1])
    if not hmac.compare_digest(secret, password(workspace_id).encode()):
        return None
    return workspace_id
