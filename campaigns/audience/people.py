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


def former_addresses(contact: Contact) -> list[str]:
    """Return the addresses that the person had as other contacts."""
    return list(
        Merger.objects.filter(contact=contact).order_by("at").values_list("email", flat=True)
    )
