"""How many campaigns wait for the member's yes, for the menu of every page."""

from typing import Any

from django import template

from campaigns.composing.approving import asking

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_count(context: dict[str, Any]) -> int:
    """Count what the signed-in member was asked for; nobody asks who only looks."""
    if not context.get("can_edit"):
        return 0
    request = context["request"]
    return asking.waiting_for(request.user, request.workspace.pk, request.role).count()
