"""What every page knows: the workspace it is in."""

from typing import Any

from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Give templates `workspace`, or None before sign-in."""
    return {"workspace": getattr(request, "workspace", None)}
