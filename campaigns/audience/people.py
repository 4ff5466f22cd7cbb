"""Who a number in an old mail means: the contact, or whom it was merged with since."""

from __future__ import annotations

from campaigns.audience.models import Contact, Merger


def by_number(contact_id: int) -> Contact | None:
    """Return the contact of this number, with its workspace; None when it is nobody any more."""
    people = Contact.objects.select_related("workspace")
    found = people.filter(pk=contact_id).first()
    if found is None and contact_id:
        found = people.filter(mergers__merged_id=contact_id).first()
    return found


def merged_into(workspace_id: int, contact_id: int) -> int | None:
    """Return the contact whom one of the workspace was merged with; None: with nobody."""
    rows = Merger.objects.filter(merged_id=contact_id, workspace=workspace_id)
    return rows.values_list("contact", flat=True).first()
