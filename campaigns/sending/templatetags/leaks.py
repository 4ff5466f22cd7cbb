"""The alarm that stands on settings pages while a provider tracks behind our back."""

from typing import Any

from django import template

from campaigns.sending import leaks

register = template.Library()


@register.inclusion_tag("sending/_leak_banner.html", takes_context=True)
def leak_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Say that a provider records opens or clicks, if one does."""
    workspace = context.get("workspace")
    return {"has_leaks": workspace is not None and leaks.open_of(workspace.pk).exists()}
