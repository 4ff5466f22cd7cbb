"""Imports that programs start, through the code of the pages: the same columns, rules and basis."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any, Literal

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema
from pydantic import Field, model_validator

from campaigns.accounts import audit
from campaigns.api import doors, problems
from campaigns.api.shapes import Basis, PageOf, Value
from campaigns.audience import tasks
from campaigns.audience.imports import columns, handing_in, importing, reading, standing
from campaigns.audience.imports.forms import MappingForm
from campaigns.audience.imports.reading import Shape
from campaigns.audience.models import Import, List

# What programs call the form's fields.
_NAMED = {
    "basis_note": "note",
    "measuring_statement": "statement",
    "measuring_said_on": "said_on",
    "__all__": "columns",
}
_SAMPLE_ROWS = 50
_MOST_ROWS = 10_000


class NewImport(Basis):
    """People for a list: as `rows`, or as a `csv` whose first line names its columns."""

    rows: list[dict[str, Value | None]] = Field(
        default_factory=list,
        max_length=_MOST_ROWS,
        description="One object for each person, by the names of columns.",
    )
    csv: str = Field("", description="Instead of rows. Cells are separated as you like.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="What columns become, where their names do not say so: `email`, `first_name`, "
        "`last_name`, `full_name`, `language`, `country`, `time_zone`, `standing`, "
        "`opted_out`, `tags`, `proof`, `measuring`, `json`, "
        "`field:` with a key, or nothing to leave one out.",
    )
    known: Literal["overwrite", "fill", "skip"] = Field(
        "overwrite",
        description="Of people who are contacts: replace what we know by what is sent, fill in "
        "only what is empty, or leave it.",
    )
    measuring: Literal["unknown", "column", "statement"] | None = Field(
        None,
        description="How you know what they said about being measured. Left out: a column says "
        "so, or nobody knows.",
    )
    statement: str = Field("", max_length=500, description="How they all agreed to be measured.")
    said_on: date | None = Field(None, description="When they did.")
    tags: list[Annotated[str, Field(max_length=80, pattern="^[^,]*$")]] = Field(
        default_factory=list, max_length=50, description="Put on all of them."
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> NewImport:
        if bool(self.rows) == bool(self.csv.strip()):
            raise ValueError("Send rows, or a csv: one of the two")
        return self


class ImportShape(Schema):
    """How far an import is, and what became of its lines."""

    id: int
    list: int
    status: Literal[
        "uploaded",
        "queued",
        "running",
        "rehearsed",
        "done",
        "failed",
        "cancelled",
        "undoing",
        "undone",
    ]
    rows_read: int
    contacts_created: int
    contacts_updated: int
    contacts_unchanged: int
    subscriptions_created: int
    # People who had left the list, or must not be mailed: left alone.
    kept_unsubscribed: int
    kept_suppressed: int
    duplicates: int
    # Lines that were left out, and those with a cell that was.
    rejected: int
    partly: int
    error: str
    created_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_list(one: Import) -> int:
        return one.list_id


class RemarkShape(Schema):
    """A line that was left out, or a cell of it (`imported`), and why."""

    line: int
    imported: bool
    reason: str
    cells: list[str]


class RemarkPage(PageOf):
    items: list[RemarkShape]


@transaction.atomic
def start(request: HttpRequest, onto: List, sent: NewImport) -> int:
    """Queue an import of what is sent, and return its number. Raises a problem, and keeps nothing,
    where it could not be imported."""
    file, shape, form = _read(sent)
    # Days are those of the workspace, as on its pages.
    with timezone.override(onto.workspace.zone):
        valid = form.is_valid()
    if not valid:
        raise problems.of_form(form, _NAMED | _columns(form))
    by, key = doors.user(request), doors.key_id(request)
    one = handing_in.keep(onto, file, shape, by)
    handing_in.choose(one, form, shape)
    importing.start(one)
    audit.record(by, one.workspace, "import_started", import_id=one.pk, list=onto.pk, api_key=key)
    tasks.run_import.delay_on_commit(one.pk)
    return one.pk


def _read(sent: NewImport) -> tuple[ContentFile[bytes], Shape, MappingForm]:
    at = "csv" if sent.csv else "rows"
    content = (sent.csv or _as_csv(sent.rows)).encode()
    file = ContentFile(content, "api.csv")
    try:
        delimiter = reading.find_shape(io.BytesIO(content)).delimiter if sent.csv else ","
        shape = Shape("utf-8", delimiter)
        names = reading.column_names(io.BytesIO(content), shape)
        sample = reading.rows(io.BytesIO(content), shape)
        rows = [row.cells for row in islice(sample, _SAMPLE_ROWS)]
    except reading.ReadingError as error:
        raise problems.invalid(f"body.{at}", str(error)) from error
    if not rows:
        raise problems.invalid(f"body.{at}", "There are no lines below the names of columns.")
    return file, shape, _form(sent, names, columns.guess(names, rows))


def _form(sent: NewImport, names: list[str], targets: dict[int, str]) -> MappingForm:
    known = {target for target, _label in columns.TARGETS}
    for name, target in sent.columns.items():
        at = f"body.columns.{name[:80]}"
        if name not in names:
            raise problems.invalid(at, "There is no column of this name.")
        if target not in known and not columns.is_field(target):
            raise problems.invalid(at, "A column cannot become this.")
        targets[names.index(name)] = target
    by_column = columns.MEASURING in targets.values()
    values: dict[str, Any] = {f"column_{number}": target for number, target in targets.items()}
    values |= {
        "basis": sent.basis,
        "basis_note": sent.note,
        "known": sent.known,
        "measuring": sent.measuring or ("column" if by_column else "unknown"),
        "measuring_statement": sent.statement,
        "measuring_said_on": sent.said_on,
        "everybody": standing.of_file(names, targets.values()),
        "tags": ",".join(sent.tags),
    }
    # Fields that are new are text; a member may make them another kind.
    return MappingForm(values, names=names, guesses=targets, kinds={}, known=())


def _as_csv(rows: list[dict[str, Value | None]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(names)
    table.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue()


def _cell(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _columns(form: MappingForm) -> dict[str, str]:
    return {f"column_{number}": f"columns.{name}" for number, name in enumerate(form.names)}
