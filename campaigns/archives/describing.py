"""Say in words what is in an archive, for docs/export.md. A test holds the page to it."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.archives import catalogue


def tables() -> str:
    """Return a table of columns for each file, and what is left behind, as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for part in catalogue.PARTS:
        told = "" if part.is_restored else " Told, and not restored."
        yield f"### {part.filename}\n\n{part.words}{told}\n\n| column | type | |\n|---|---|---|"
        for one in catalogue.described(part):
            yield f"| `{one['name']}` | {one['type']} | {one['words']} |"
        yield ""
    yield "### What is not in it\n"
    for room in catalogue.ROOMS:
        for name, why in room.LEFT.items():
            yield f"- {name}: {why}"
