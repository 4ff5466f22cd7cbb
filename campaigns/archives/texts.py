"""The texts of an archive's mails, held to what their editors let in, their pictures found here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from django.db import connection
from django.utils.translation import gettext as _

from campaigns.archives import catalogue, picturing, staging
from campaigns.archives.picturing import Moved
from campaigns.archives.reading import ArchiveError
from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import BlocksError

# Files and their columns that name pictures.
_NAMING = (
    *(("campaigns", name) for name in ("body", "text")),
    *(("versions", name) for name in ("body", "text")),
    *(("revisions", name) for name in ("html", "text", "links")),
    *(("templates", "body"), ("saved_blocks", "body"), ("brand", "logo"), ("links", "url")),
)
_NAMES_ONE = "'/[0-9a-f]{32}/'"
_AT_ONCE = 50


def take_in(moved: Moved) -> None:
    """Clean what is written in blocks, and give pictures their new addresses.

    Raises `ArchiveError` for blocks that are none. What else members write is shown nowhere
    but in frames in which nothing runs.
    """
    for name in ("campaigns", "versions", "templates"):
        _change(name, "body", "format = 'blocks' AND body <> ''", partial(_cleaned, name))
    _change("saved_blocks", "body", "true", _cleaned_block)
    if moved:
        for name, column in _NAMING:
            asked = f'"{column}"::text ~ {_NAMES_ONE}'
            _change(name, column, asked, partial(picturing.readdressed, moved))


def _change(name: str, column: str, asked: str, change: Callable[[str], str]) -> None:
    for place, text in _rows(name, column, asked):
        new = change(text)
        if new != text:
            cast = "::jsonb" if column == "links" else ""
            staging.run(
                f'UPDATE archived_{name} SET "{column}" = %(new)s{cast}'  # noqa: S608 - constants
                " WHERE ctid = %(place)s::tid",
                {"new": new, "place": place},
            )


def _rows(name: str, column: str, asked: str) -> Iterator[tuple[str, str]]:
    """Yield where each text stands, and the text: a few at a time, for they are long."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'DECLARE texts NO SCROLL CURSOR FOR SELECT ctid::text, "{column}"::text'  # noqa: S608
            f" FROM archived_{name} WHERE {asked}"
        )
        while True:
            cursor.execute(f"FETCH {_AT_ONCE} FROM texts")
            rows = cursor.fetchall()
            if not rows:
                break
            yield from rows
        cursor.execute("CLOSE texts")


def _cleaned(name: str, text: str) -> str:
    try:
        return document.dump(document.read(text))
    except BlocksError as error:
        raise _refused(name) from error


def _cleaned_block(text: str) -> str:
    try:
        return document.dump(document.read_block(text))
    except BlocksError as error:
        raise _refused("saved_blocks") from error


def _refused(name: str) -> ArchiveError:
    return ArchiveError(
        _("%(file)s has blocks in it that no editor here would make.")
        % {"file": catalogue.BY_NAME[name].filename}
    )
