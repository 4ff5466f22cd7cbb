"""Who a number in an old mail, or an address, means: a contact, or whom it was merged with since.

The address of a contact who was merged leads to the one person for as long as they are kept. One
that they left for another does not: the next who has that mailbox may be somebody else. When they
are erased, a keyed hash of each stays, as of any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from campaigns.audience import addresses
from campaigns.audience.models import Change, Contact, Merger


def by_number(contact_id: int) -> Contact | None:
    """Return the contact of this number, with its workspace; None when it is nobody any more."""
    people = Contact.objects.select_related("workspace")
    found = people.filter(pk=contact_id).first()
    if found is None and contact_id:
        found = people.filter(mergers__merged_id=contact_id).first()
    return found


def by_address(workspace_id: int, email: str) -> Contact | None:
    """Return who has the address, or had it until they were merged; None when it is nobody."""
    key = addresses.key(email)
    people = Contact.objects.filter(workspace=workspace_id)
    return (
        people.filter(email_key=key).first()
        or people.filter(
            mergers__in=Merger.objects.filter(
                Exact(Lower("email"), Value(key)), workspace=workspace_id
            )
        )
        .order_by("-mergers__at")
        .first()
    )


def at(workspace_id: int, email: str, **names: str) -> Contact:
    """Return whom `by_address` finds; with these names, somebody new where that is nobody.

    `email` is as `addresses.check` returns it.
    """
    if (found := by_address(workspace_id, email)) is not None:
        return found
    key = addresses.key(email)
    made, _is_new = Contact.objects.get_or_create(
        workspace_id=workspace_id,
        email_key=key,
        defaults={"email": email, "fingerprint": addresses.fingerprint(workspace_id, key), **names},
    )
    return made


def merged_into(workspace_id: int, contact_id: int) -> int | None:
    """Return the contact whom one of the workspace was merged with; None: with nobody."""
    rows = Merger.objects.filter(merged_id=contact_id, workspace=workspace_id)
    return rows.values_list("contact", flat=True).first()


@dataclass(frozen=True)
class Former:
    """An address that a contact had until `at`."""

    workspace_id: int
    email: str
    at: datetime


def former(contact_ids: Sequence[int]) -> list[Former]:
    """Return the addresses that contacts had before they were merged, or moved; the oldest first.

    Without those that somebody has now: a mailbox may have been given to another. What a member
    wrote anew was mistyped, or somebody else's.
    """
    merged = Merger.objects.filter(contact__in=contact_ids)
    moved = Change.objects.filter(
        contact__in=contact_ids,
        what=Change.What.EDITED,
        source=Change.Source.PERSON,
        details__has_key="email",
    )
    rows = [*merged.values_list("workspace", "email", "at")]
    rows += moved.values_list("workspace", "details__email__0", "at")
    found = [Former(*row) for row in rows]
    had = {(one.workspace_id, addresses.key(one.email)) for one in found}
    now = Contact.objects.filter(
        workspace__in={workspace_id for workspace_id, _key in had},
        email_key__in={key for _workspace_id, key in had},
    )
    taken = set(now.values_list("workspace", "email_key"))
    free = (one for one in found if (one.workspace_id, addresses.key(one.email)) not in taken)
    return sorted(free, key=lambda one: one.at)
