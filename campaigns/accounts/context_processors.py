"""What every page knows: the workspace it is in, and what the member may do there."""

from typing import Any

from django.http import HttpRequest

from campaigns.accounts import roles
from campaigns.accounts.models import Member


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Give templates the workspace (None before sign-in), the user's others, and the role."""
    role = getattr(request, "role", "")
    return {
        "workspace": getattr(request, "workspace", None),
        "memberships": getattr(request, "memberships", []),
        "can_edit": bool(role) and roles.at_least(role, Member.Role.MARKETER),
        "inbox_is_on": getattr(request, "inbox_is_on", False),
        "is_owner": role == Member.Role.OWNER,
    }
