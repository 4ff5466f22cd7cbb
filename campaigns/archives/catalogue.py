"""All files of an archive, as the rooms declare them, from the lowest room to the highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Field

from campaigns.accounts import portable as accounts
from campaigns.audience import portable as audience
from campaigns.composing import portable as composing
from campaigns.reports import portable as reports
from campaigns.sending import portable as sending
from tracking import portable as tracking
from tracking.parts import Column, Part

FORMAT = "candid-workspace"
VERSION = 2
MANIFEST = "manifest.json"

ROOMS = (accounts, audience, composing, sending, tracking, reports)
PARTS: Sequence[Part] = tuple(part for room in ROOMS for part in room.PARTS)
BY_NAME: Mapping[str, Part] = {part.name: part for part in PARTS}

_TYPES = {
    "BooleanField": "yes or no (t, f)",
    "CharField": "text",
    "EmailField": "text",
    "TextField": "text",
    "DateField": "date",
    "TimeField": "time of day",
    "DateTimeField": "moment (UTC)",
    "JSONField": "JSON",
    "FloatField": "number",
    "ArrayField": "list of texts ({a,b})",
}


def source(part: Part, column: Column) -> str:
    """Return the column of the table that a column of the file comes from."""
    return column.source or column.name


def field_of(part: Part, column: Column) -> Field[object, object] | None:
    """Return the model's field behind a column, if there is one."""
    wanted = source(part, column)
    fields = part.model._meta.concrete_fields
    return next((one for one in fields if one.column == wanted), None)


def is_json(part: Part, column: Column) -> bool:
    """Whether what stands in a column is JSON."""
    found = field_of(part, column)
    return found is not None and found.get_internal_type() == "JSONField"


def kind(part: Part, column: Column) -> str:
    """Return in words what a column's values are."""
    if column.of:
        return f"number in {column.of}.csv"
    if column.is_user or column.written:
        return "text"
    found = field_of(part, column)
    return _TYPES.get(found.get_internal_type(), "whole number") if found else "text"


def header(part: Part) -> list[str]:
    """Return the names of a file's columns."""
    names = [column.name for column in part.columns]
    return ["id", *names] if part.key else names


def described(part: Part) -> list[dict[str, str]]:
    """Return what a file's columns are, for the manifest and the documentation."""
    told = [{"name": one.name, "type": kind(part, one), "words": one.words} for one in part.columns]
    own = {"name": "id", "type": "whole number", "words": "Its number in this archive, from 1."}
    return [own, *told] if part.key else told
