"""Write down what was changed about a contact, and by whom; its timeline tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import DateTimeField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import User
from campaigns.audience import tags
from campaigns.audience.models import Change, Contact, Field, Tag

OWN = "field:"
LABELS: Mapping[str, str | Promise] = {
    "email": _("E-mail"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "language": _("Language"),
    "country": _("Country"),
    "time_zone": _("Time zone"),
    "paused_until": _("No mails until"),
}


def snapshot(contact: Contact) -> dict[str, Any]:
    """Return what may be changed of a contact, by name."""
    plain = {name: _plain(contact, name) for name in LABELS}
    return plain | {OWN + key: value for key, value in contact.fields.items()}


def note_edit(contact: Contact, before: Mapping[str, Any], by: User | None = None) -> bool:
    """Write down what is other than `before`; without a member, they did it themselves."""
    now = snapshot(contact)
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if not names:
        return False
    details = {name: [before.get(name), now.get(name)] for name in names}
    note(contact, Change.What.EDITED, details, by)
    return True


def note(
    contact: Contact, what: Change.What, details: Mapping[str, Any], by: User | None = None
) -> Change:
    """Write down one thing that was done about a contact, by a member or by themselves."""
    return Change.objects.create(
        workspace_id=contact.workspace_id,
        contact=contact,
        what=what,
        details=dict(details),
        source=Change.Source.MEMBER if by else Change.Source.PERSON,
        actor=by,
    )


def tag(contact: Contact, name: str, by: User) -> Tag:
    """Put a tag on a contact, and write down who did. Raises `tags.TagError`."""
    before = set(contact.taggings.values_list("tag", flat=True))
    put = tags.add(contact, name)
    if put.pk not in before:
        made = note(contact, Change.What.TAGGED, {"tag": put.pk, "name": put.name}, by)
        # One moment, so that the timeline knows them for the same.
        contact.taggings.filter(tag=put).update(at=made.at)
    return put


def untag(contact: Contact, tag_id: int, by: User) -> bool:
    """Take a tag off a contact, and write down who did; say whether it was on."""
    name = contact.taggings.filter(tag=tag_id).values_list("tag__name", flat=True).first()
    if name is None or not tags.remove(contact, tag_id):
        return False
    note(contact, Change.What.UNTAGGED, {"tag": tag_id, "name": name}, by)
    return True


def label(name: str, own: Mapping[str, Field]) -> str:
    """Return what people call a field that was changed."""
    if name in LABELS:
        return str(LABELS[name])
    key = name.removeprefix(OWN)
    return own[key].label if key in own else key


def place(name: str, own: Mapping[str, Field]) -> tuple[int, int, str]:
    """Return what sorts fields as pages have them: our own first, then the workspace's."""
    if name in LABELS:
        return (0, list(LABELS).index(name), name)
    key = name.removeprefix(OWN)
    return (1, own[key].position if key in own else 0, name)


def _plain(contact: Contact, name: str) -> Any:
    value = getattr(contact, name)
    if isinstance(Contact._meta.get_field(name), DateTimeField):
        return value.isoformat() if value else None
    return value
