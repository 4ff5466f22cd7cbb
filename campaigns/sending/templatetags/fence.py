"""The question that stands on every page while nothing is sent from a copy."""

from typing import Any

from django import template

from campaigns.sending.querysets import instance

register = template.Library()


@register.inclusion_tag("sending/_fence.html", takes_context=True)
def fence_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Ask the owners whether this database should send, if that is not certain."""
    record = instance.read() if context.get("workspace") else None
    return {
        "record": record,
        "is_owner": context.get("is_owner"),
        "csrf_token": context.get("csrf_token"),
    }
