"""Which fields of a contact a merge tag may name, and what one contact has in them."""

from __future__ import annotations

from campaigns.accounts.models import Workspace
from campaigns.audience import typed_values
from campaigns.audience.models import Contact
from campaigns.composing import merge_tags


def names(workspace: Workspace) -> tuple[str, ...]:
    """Return the fields that every contact has, and those this workspace added."""
    added = (
        workspace.contact_fields.filter(leaving_since__isnull=True)
        .order_by("key")
        .values_list("key", flat=True)
    )
    return (*merge_tags.PERSON_FIELDS, *added)


def values(contact: Contact) -> dict[str, str]:
    """Return what merge tags see of `contact`: plain strings, by field."""
    own = {name: str(getattr(contact, name)) for name in merge_tags.PERSON_FIELDS}
    return {key: typed_values.written(value) for key, value in contact.fields.items()} | own
