"""Tags: put on contacts and taken off, renamed, merged and deleted.

A tag is one whatever its letters: “Press” and “press” are the same, as the database says.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from campaigns.accounts.forms.fields import is_single_line
from campaigns.audience.models import Contact, Tag, Tagging

MAX_LENGTH = 80


class TagError(Exception):
    """The words cannot be a tag; the message says why."""


def clean(text: str) -> str:
    """Return `text` as the name of a tag. Raises `TagError`."""
    name = " ".join(text.split())
    if not name:
        raise TagError(_("Write a word or a few."))
    if len(name) > MAX_LENGTH:
        raise TagError(_("A tag has at most %d characters.") % MAX_LENGTH)
    if "," in name or ";" in name:
        raise TagError(_("A tag has no commas: they stand between tags in files."))
    if not is_single_line(name):
        raise TagError(_("The tag has a character that cannot be kept. Type it anew."))
    return name


def named(workspace_id: int, names: Iterable[str]) -> list[Tag]:
    """Return the tags of these names, made where there are none yet. Raises `TagError`."""
    wanted = {clean(name) for name in names}
    Tag.objects.bulk_create(
        [Tag(workspace_id=workspace_id, name=name) for name in sorted(wanted)],
        ignore_conflicts=True,
    )
    # Lower case as the database makes it: its rule decides which tags are one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(name) FROM unnest(%s::text[]) AS name", [list(wanted)])
        lowered = [row[0] for row in cursor.fetchall()]
    mine = Tag.objects.filter(workspace=workspace_id).alias(_lower=Lower("name"))
    return list(mine.filter(_lower__in=lowered).order_by("name"))


@transaction.atomic
def add(contact: Contact, name: str) -> Tag:
    """Put a tag on a contact; a second time changes nothing. Raises `TagError`."""
    [tag] = named(contact.workspace_id, [name])
    Tagging.objects.bulk_create(
        [Tagging(workspace_id=contact.workspace_id, tag=tag, contact=contact)],
        ignore_conflicts=True,
    )
    return tag


def remove(contact: Contact, tag_id: int) -> bool:
    """Take a tag off a contact; say whether it was on."""
    gone, _rows = Tagging.objects.filter(contact=contact, tag=tag_id).delete()
    return gone > 0


def rename(tag: Tag, text: str) -> None:
    """Give a tag another name. Raises `TagError` where another tag has it."""
    tag.name = clean(text)
    try:
        with transaction.atomic():
            tag.save(update_fields=["name"])
    except IntegrityError as error:
        raise TagError(_("There is a tag of this name already: merge the two.")) from error


@transaction.atomic
def merge(tag: Tag, *, into: Tag) -> None:
    """Put `into` on everybody who has `tag`, and delete `tag`."""
    Tagging.objects.hand_over(tag.pk, into.pk)
    tag.delete()
