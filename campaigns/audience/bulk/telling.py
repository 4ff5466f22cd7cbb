"""Say of a bulk edit what it changes, and of how many people, before it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.audience import fields as own
from campaigns.audience import typed_values
from campaigns.audience.bulk import acts, fields, people
from campaigns.audience.models import (
    BulkEdit,
    Consent,
    Field,
    List,
    Subscription,
    Suppression,
    Tag,
    Tagging,
)
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import querysets

# A page can wait so long for counts; the edit itself does not need them.
WAIT_MS = 5_000
_NO = (Consent.REFUSED, Consent.WITHDRAWN)


@dataclass(frozen=True)
class Look:
    """How many people an edit is about, and how many of them would be other than before."""

    people: int
    # None: it takes longer to count than a page can wait.
    changing: int | None


@dataclass(frozen=True)
class Names:
    """What the things are called that bulk edits name, as far as they are there still."""

    fields: Mapping[str, Field]
    lists: Mapping[int, str]
    tags: Mapping[int, str]


def names(workspace_id: int, edits: Iterable[BulkEdit]) -> Names:
    """Return the names for some edits of the workspace: as many queries as for one."""
    some = list(edits)
    lists = {pk for edit in some for pk in people.lists(edit)}
    tags = {pk for edit in some for pk in edit.values.get("tags", ())}
    fields = Field.objects.staying().filter(workspace=workspace_id)
    found = List.objects.filter(workspace=workspace_id, pk__in=lists)
    mine = Tag.objects.filter(workspace=workspace_id, pk__in=tags)
    return Names(
        fields={field.key: field for field in fields},
        lists=dict(found.order_by("name").values_list("pk", "name")),
        tags=dict(mine.order_by("name").values_list("pk", "name")),
    )


def look(edit: BulkEdit) -> Look:
    """Count what would happen."""
    return Look(edit.people, querysets.within(WAIT_MS, lambda: _changing(edit).count()))


def sentence(edit: BulkEdit, named: Names | None = None) -> str:
    """Return in words what the edit does to each of its people."""
    called = named or names(edit.workspace_id, [edit])
    match edit.action:
        case BulkEdit.Action.SET_FIELD:
            return _set_field(edit, called)
        case BulkEdit.Action.ADD_TAGS:
            return _("Add the tags: %(tags)s") % {"tags": _tag_names(edit, called)}
        case BulkEdit.Action.REMOVE_TAGS:
            return _("Take off the tags: %(tags)s") % {"tags": _tag_names(edit, called)}
        case BulkEdit.Action.SUBSCRIBE:
            return _("Put them on “%(list)s”") % {"list": _list_names(edit, called)}
        case BulkEdit.Action.UNSUBSCRIBE:
            return _("Take them off “%(list)s”") % {"list": _list_names(edit, called)}
        case _:
            return str(edit.get_action_display())


def warnings(edit: BulkEdit) -> list[str]:
    """Return what somebody should know before they say yes."""
    found: list[str] = []
    match edit.action:
        case BulkEdit.Action.SUBSCRIBE:
            found.append(
                _("Who left this list stays off it, and who must not be mailed is left out.")
            )
            basis = str(Subscription.Basis(edit.values["basis"]).label)
            note = str(edit.values.get("basis_note", ""))
            basis = " · ".join(part for part in (basis, note) if part)
            found.append(_("The basis that is kept for each of them: %(basis)s") % {"basis": basis})
        case BulkEdit.Action.SUPPRESS:
            found.append(
                _("Nothing is mailed to these addresses any more, whatever list they are on.")
            )
        case BulkEdit.Action.STOP_MEASURING:
            found.append(_("What was recorded about their opens and clicks is erased."))
            found.append(_("Only they themselves can agree again."))
        case BulkEdit.Action.ERASE:
            found.append(
                _(
                    "They are erased from every page and report; counts stay. A fingerprint of "
                    "each address is kept, so that nothing is ever mailed to it again."
                )
            )
    if not acts.can_undo(edit.action):
        found.append(_("This cannot be undone."))
    return found


def kept(edit: BulkEdit) -> list[str]:
    """Return why some of its people are as before."""
    found: list[str] = []
    if left := edit.kept.get("left"):
        text = ngettext(
            "%(n)d person had left the list, and stays off it.",
            "%(n)d people had left the list, and stay off it.",
            left,
        )
        found.append(text % {"n": left})
    if stopped := edit.kept.get("suppressed"):
        text = ngettext(
            "%(n)d person must not be mailed, and was left out.",
            "%(n)d people must not be mailed, and were left out.",
            stopped,
        )
        found.append(text % {"n": stopped})
    if edit.kept.get("gone"):
        found.append(_("The field was deleted meanwhile."))
    return found


def _changing(edit: BulkEdit) -> ContactQuerySet:
    mine = people.of(edit)
    rows = Subscription.objects.filter(contact=OuterRef("pk"), list__in=people.lists(edit))
    match edit.action:
        case BulkEdit.Action.SET_FIELD:
            return _with_another_value(edit, mine)
        case BulkEdit.Action.ADD_TAGS:
            known = _known_tags(edit)
            if len(known) < len({name.lower() for name in edit.values["names"]}):
                return mine
            put = Tagging.objects.filter(contact=OuterRef("pk"), tag__in=known).order_by()
            count = put.values("contact").annotate(n=Count("pk")).values("n")
            return mine.alias(_has=Coalesce(Subquery(count), 0)).filter(_has__lt=len(known))
        case BulkEdit.Action.REMOVE_TAGS:
            having = Tagging.objects.filter(contact=OuterRef("pk"), tag__in=edit.values["tags"])
            return mine.filter(Exists(having))
        case BulkEdit.Action.SUBSCRIBE:
            return mine.unsuppressed().filter(~Exists(rows))
        case BulkEdit.Action.UNSUBSCRIBE:
            return mine.filter(Exists(rows.subscribed()))
        case BulkEdit.Action.SUPPRESS:
            stopped = Suppression.objects.filter(
                workspace=edit.workspace_id,
                fingerprint=OuterRef("fingerprint"),
                reason=Suppression.Reason.MANUAL,
            )
            return mine.filter(~Exists(stopped))
        case BulkEdit.Action.STOP_MEASURING:
            # What they said of clicks stands apart only where it differs.
            said_no = Q(measuring__in=_NO) & Q(measuring_clicks__in=("", *_NO))
            return mine.exclude(said_no)
        case _:
            return mine


def _with_another_value(edit: BulkEdit, mine: ContactQuerySet) -> ContactQuerySet:
    name, value = str(edit.values["field"]), edit.values["value"]
    if name in fields.PLAIN:
        return mine.exclude(**{name: value})
    key = name.removeprefix(fields.OWN)
    if value is None:
        return mine.filter(fields__has_key=key)
    return mine.exclude(fields__contains={key: value})


def _set_field(edit: BulkEdit, called: Names) -> str:
    name, value = str(edit.values["field"]), edit.values["value"]
    if name in fields.PLAIN:
        label, shown = str(fields.PLAIN[name][0]), str(value)
    else:
        key = name.removeprefix(fields.OWN)
        field = called.fields.get(key)
        label = field.label if field else key
        shown = own.shown(field, value) if field else typed_values.written(value)
    if not shown:
        return _("Empty “%(field)s”") % {"field": label}
    return _("Set “%(field)s” to “%(value)s”") % {"field": label, "value": shown}


def _known_tags(edit: BulkEdit) -> list[Tag]:
    lowered = {name.lower() for name in edit.values.get("names", [])}
    found = Tag.objects.filter(workspace=edit.workspace_id)
    return [tag for tag in found if tag.name.lower() in lowered]


def _tag_names(edit: BulkEdit, called: Names) -> str:
    if "names" in edit.values:
        return ", ".join(map(str, edit.values["names"]))
    return ", ".join(name for pk, name in called.tags.items() if pk in edit.values["tags"])


def _list_names(edit: BulkEdit, called: Names) -> str:
    ids = people.lists(edit)
    found = [name for pk, name in called.lists.items() if pk in ids]
    return "”, “".join(found) or _("a list that is gone")
