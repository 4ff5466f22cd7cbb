"""What was changed about a contact, by whom: a part of its story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.audience import addresses, changing, fields
from campaigns.audience.models import Change, Contact, Field
from campaigns.reports.moments import CHANGES, LISTS, Moment

LONGEST = 1000


def of(contact: Contact) -> Iterator[Moment]:
    """Yield what members and the contact changed."""
    own = {field.key: field for field in Field.objects.filter(workspace=contact.workspace_id)}
    rows = Change.objects.filter(contact=contact, workspace=contact.workspace_id)
    for row in rows.select_related("actor", "of").order_by("-pk")[:LONGEST]:
        if row.what == Change.What.EDITED:
            yield _edited(row, own)
        elif row.what == Change.What.MERGED:
            yield _merged(row)
        elif row.what == Change.What.STOPPED:
            text = _("May be mailed again") if row.takes_back else _("Mail was stopped")
            yield Moment(row.at, "ban", text, detail=_by(row), group=CHANGES)


def tags(contact: Contact) -> Iterator[tuple[tuple[int, datetime] | None, Moment]]:
    """Yield who put tags on and took them off; with the first, of which tagging that tells."""
    kinds = [Change.What.TAGGED, Change.What.UNTAGGED]
    rows = Change.objects.filter(contact=contact, workspace=contact.workspace_id, what__in=kinds)
    for row in rows.select_related("actor", "of").order_by("-pk")[:LONGEST]:
        name = {"tag": row.details.get("name", "")}
        if row.what == Change.What.TAGGED:
            text = _("Was tagged “%(tag)s”") % name
            told = (int(row.details["tag"]), row.at)
            yield told, Moment(row.at, "tag", text, detail=_by(row), group=LISTS)
        else:
            text = _("The tag “%(tag)s” was taken off") % name
            yield None, Moment(row.at, "tag", text, detail=_by(row), group=LISTS)


def _edited(row: Change, own: dict[str, Field]) -> Moment:
    changes = sorted(row.details.items(), key=lambda item: changing.place(item[0], own))
    names = [changing.label(name, own) for name, _values in changes]
    text = _("Changed: %(fields)s") % {"fields": ", ".join(names)}
    values = [
        _("%(field)s: %(was)s → %(now)s")
        % {
            "field": changing.label(name, own),
            "was": _shown(name, was, own) or "–",
            "now": _shown(name, now, own) or "–",
        }
        for name, (was, now) in changes
    ]
    detail = " · ".join([*values, *filter(None, [_by(row)])])
    return Moment(row.at, "pencil", text, detail=detail, group=CHANGES)


def _merged(row: Change) -> Moment:
    email = addresses.readable(str(row.details.get("email", "")))
    text = _("Merged with %(email)s") % {"email": email}
    return Moment(row.at, "users-group", text, detail=_by(row), group=CHANGES)


def _shown(name: str, value: Any, own: dict[str, Field]) -> str:
    key = name.removeprefix(changing.OWN)
    if name.startswith(changing.OWN) and key in own:
        return fields.shown(own[key], value)
    if name == "paused_until" and value and (until := parse_datetime(value)):
        return date_format(until, "j M Y")
    return "" if value is None else str(value)


def _by(row: Change) -> str:
    """Who did it, and whether to many at once."""
    parts = [str(row.actor) if row.actor else str(row.get_source_display())]
    if row.takes_back:
        parts.append(_("undoing a change of many"))
    elif row.of is not None:
        parts.append(_("as one of %(n)d at once") % {"n": row.of.people})
    return " · ".join(parts)
