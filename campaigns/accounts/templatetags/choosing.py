"""What a list of choices says of itself."""

from collections.abc import Collection, Iterable

from django import template

register = template.Library()


@register.filter
def called(options: Iterable[tuple[str, object]], chosen: Collection[str]) -> list[str]:
    """Return what those of the options are called that are chosen, in the options' order."""
    return [str(label) for value, label in options if value in chosen]
