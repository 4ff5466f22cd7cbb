"""Show rows of what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.formats import date_format

from campaigns.privacy import wording

register = template.Library()


@register.filter
def told(row: Mapping[str, Any], section: str) -> list[tuple[str, str]]:
    """Return labels and values of a section's row, without what is empty."""
    shown = (
        (wording.label(name), _text(wording.value(section, name, value)))
        for name, value in row.items()
    )
    return [(label, value) for label, value in shown if value]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items() if one not in (None, ""))
    return "" if value is None else str(value)
