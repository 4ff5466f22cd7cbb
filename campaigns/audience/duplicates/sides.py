"""Two contacts side by side, line by line, and what becomes of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from campaigns.audience import changing, consent, fields, suppression
from campaigns.audience.duplicates import uniting
from campaigns.audience.duplicates.forms import MergeForm, value_of
from campaigns.audience.models import Subscription


@dataclass(frozen=True)
class Cell:
    """What one contact says, and what chooses it."""

    text: str
    value: str


@dataclass(frozen=True)
class Line:
    """One thing about both."""

    label: str | Promise
    cells: Sequence[Cell]
    # What it becomes, where nobody has to choose.
    after: str = ""
    # The choice between them, where there is one.
    field: BoundField | None = None


def choices(form: MergeForm) -> Iterator[Line]:
    """Yield the lines that are a choice, or alike on both sides."""
    own = {field.key: field for field in form.own_fields}
    emails = [side.readable_email for side in form.sides]
    yield Line(_("E-mail"), _cells(form, emails), field=form["keep"])
    for name in form.names():
        key = name.removeprefix(changing.OWN)
        values = [value_of(side, name) for side in form.sides]
        shown = [fields.shown(own[key], one) if key in own else str(one) for one in values]
        differs = name in form.fields
        if any(shown):
            yield Line(
                changing.label(name, own),
                _cells(form, shown),
                after="" if differs else shown[0],
                field=form[name] if differs else None,
            )


def facts(form: MergeForm) -> Iterator[Line]:
    """Yield the lines about which there is no choice: the stricter of both, or both."""
    one, other = form.sides
    least = consent.least_of(one, other)
    for purpose, said in least.items():
        answers = [str(consent.answers(side)[purpose].label) for side in form.sides]
        yield Line(purpose.label, _cells(form, answers), after=str(said.label))
    stops = [suppression.reasons(side.workspace_id, side.email) for side in form.sides]
    if any(stops):
        reasons = [" · ".join(str(one.get_reason_display()) for one in some) for some in stops]
        after = _("Stays so for each address")
        yield Line(_("Not mailed"), _cells(form, reasons), after=after)
    yield from _lists(form)
    tags = [[row.tag.name for row in side.taggings.select_related("tag")] for side in form.sides]
    if any(tags):
        united = sorted({*tags[0], *tags[1]}, key=str.casefold)
        shown = [", ".join(sorted(some, key=str.casefold)) for some in tags]
        yield Line(_("Tags"), _cells(form, shown), after=", ".join(united))
    notes = [side.notes.count() for side in form.sides]
    if any(notes):
        yield Line(_("Notes"), _cells(form, map(str, notes)), after=str(sum(notes)))
    added = [date_format(side.created_at, "j M Y") for side in form.sides]
    first = date_format(min(side.created_at for side in form.sides), "j M Y")
    yield Line(_("Added"), _cells(form, added), after=first)


def _lists(form: MergeForm) -> Iterator[Line]:
    rows = Subscription.objects.filter(contact__in=form.sides).select_related("list")
    said: dict[str, dict[int, Subscription]] = {}
    for row in rows.order_by("list__name"):
        said.setdefault(row.list.name, {})[row.contact_id] = row
    refuses = {side.pk for side in form.sides if uniting.says_no(side)}
    for name, by_side in said.items():
        shown = [
            str(by_side[side.pk].get_status_display()) if side.pk in by_side else ""
            for side in form.sides
        ]
        yield Line(name, _cells(form, shown), after=_after(by_side, refuses))


def _after(by_side: dict[int, Subscription], refuses: set[int]) -> str:
    if refuses & by_side.keys():
        return _("Not mailed")
    statuses = {row.status for row in by_side.values()}
    status = max(statuses, key=Subscription.Status.values.index)
    return str(Subscription.Status(status).label)


def _cells(form: MergeForm, texts: Iterable[str]) -> list[Cell]:
    return [Cell(text, str(side.pk)) for side, text in zip(form.sides, texts, strict=True)]
