"""What is kept about a person as they read it: in words, and in their own time.

The file that they take away keeps codes, keys and moments as programs read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from campaigns.audience import changing, fields
from campaigns.audience.models import Contact, Field
from campaigns.audience.templatetags import people
from campaigns.privacy import known, wording
from campaigns.reports import places


@dataclass(frozen=True)
class Shown:
    """One kind of thing that is kept: of each row, labels and values without what is empty."""

    title: str | Promise
    rows: list[list[tuple[str, str]]]


@dataclass(frozen=True)
class Reader:
    """What has to be known to read rows: the workspace's fields by key, and whose clock."""

    fields: Mapping[str, Field]
    zone: ZoneInfo


def reader(contact: Contact) -> Reader:
    """Return who reads. Fields that are being deleted still have their labels."""
    own = Field.objects.filter(workspace=contact.workspace_id).order_by("position", "label", "pk")
    return Reader({field.key: field for field in own}, _zone(contact))


def sections(contact: Contact, who: Reader) -> list[Shown]:
    """Return all that is kept about a person, kind by kind, in words."""
    return [
        Shown(section.title, [_row(who, section.name, row) for row in section.rows])
        for section in known.about(contact)
    ]


def value(who: Reader, section: str, name: str, kept: Any) -> str:
    """Return one value of a section's row as people read it; empty where there is none."""
    if name == "fields":
        # In the order that members gave them; the database has one of its own.
        order = [key for key in who.fields if key in kept]
        order += [key for key in kept if key not in who.fields]
        return _listed({_label(who, key): _own(who, key, kept[key]) for key in order})
    if section == "changes" and name == "details":
        return _listed({_label(who, key): _turned(who, key, one) for key, one in kept.items()})
    if name == "language" and kept:
        return people.language_name(kept)
    return _text(who, wording.value(section, name, kept))


def _row(who: Reader, section: str, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    shown = ((wording.label(name), value(who, section, name, kept)) for name, kept in row.items())
    return [(label, words) for label, words in shown if words]


def _zone(contact: Contact) -> ZoneInfo:
    """Return the person's own time zone, as far as it is known; else the sender's."""
    for name in (contact.time_zone, contact.learned_zone):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # Files may bring any word.
            continue
    return contact.workspace.zone


def _label(who: Reader, key: str) -> str:
    """Return what a fact is called; the key of a field that is no more is all that is left."""
    own = key.removeprefix(changing.OWN)
    if own in who.fields and (key != own or key not in wording.LABELS):
        return who.fields[own].label
    return str(wording.LABELS.get(key, own))


def _own(who: Reader, key: str, kept: Any) -> str:
    field = who.fields.get(key.removeprefix(changing.OWN))
    if field is None or kept is None:
        return _text(who, kept)
    if field.kind == Field.Kind.DATE and isinstance(kept, str):
        try:
            return date_format(date.fromisoformat(kept))
        except ValueError:
            return kept
    return fields.shown(field, kept)


def _turned(who: Reader, key: str, change: Any) -> str:
    """Say from what a fact changed to what, where it has both."""
    if not isinstance(change, list) or len(change) != 2:
        return _text(who, change)
    return " → ".join(_fact(who, key, one) or "–" for one in change)


def _fact(who: Reader, key: str, kept: Any) -> str:
    if key.startswith(changing.OWN):
        return _own(who, key, kept)
    if kept and key == "language":
        return people.language_name(kept)
    if kept and key == "country":
        return places.name(kept)
    if kept and key == "paused_until":
        return _text(who, parse_datetime(kept) or kept)
    return _text(who, kept)


def _text(who: Reader, kept: Any) -> str:
    if isinstance(kept, datetime):
        here = kept.astimezone(who.zone)
        return f"{date_format(here.date())}, {here:%H:%M:%S %Z}"
    if isinstance(kept, date):
        return date_format(kept)
    if isinstance(kept, bool):
        return _("Yes") if kept else _("No")
    if isinstance(kept, dict):
        return _listed({name: _text(who, one) for name, one in kept.items()})
    if isinstance(kept, list):
        return ", ".join(_text(who, one) for one in kept)
    return "" if kept is None else str(kept)


def _listed(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {words}" for name, words in facts.items() if words)
