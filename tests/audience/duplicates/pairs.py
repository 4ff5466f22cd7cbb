"""Two contacts who are one person, and what makes them one."""

from __future__ import annotations

from typing import Any

from campaigns.accounts.models import User
from campaigns.audience import consent
from campaigns.audience.duplicates import uniting
from campaigns.audience.models import Consent, ConsentEntry, Contact, List, Purpose, Subscription
from tests import world


def unite(kept: Contact, gone: Contact, by: User, **values: Any) -> Contact:
    """As a member does who has just looked at both."""
    kept.refresh_from_db()
    gone.refresh_from_db()
    return uniting.unite(kept, gone, values, by)


def say(contact: Contact, answer: str) -> None:
    """Let the person say yes or no to being measured; "unknown" is to say nothing."""
    evidence = consent.Evidence(ConsentEntry.Source.PREFERENCES)
    if answer != Consent.UNKNOWN:
        consent.grant(contact, evidence)
    if answer in (Consent.REFUSED, Consent.WITHDRAWN):
        consent.refuse(contact, evidence)


def newest(contact: Contact, purpose: Purpose) -> str:
    """What the newest line of the ledger says about a purpose."""
    about = [purpose] if purpose == Purpose.MAIL else [purpose, Purpose.BOTH]
    rows = contact.consent_entries.filter(purpose__in=about).order_by("-pk")
    return str(rows.values_list("state", flat=True)[0])


def put_on(contact: Contact, on: List, status: str) -> None:
    """Put them on the list, or let them have left it; "" is to leave it alone."""
    if status:
        row = Subscription.objects.create(workspace=contact.workspace, list=on, contact=contact)
        if status == Subscription.Status.UNSUBSCRIBED:
            Subscription.objects.filter(pk=row.pk).end()


def status_on(contact: Contact, on: List) -> str:
    return Subscription.objects.filter(contact=contact, list=on).values_list("status", flat=True)[0]


def two(workspace: Any, **fields: Any) -> tuple[Contact, Contact]:
    """Ann at Gmail, and Ann with a dot."""
    kept = world.make_contact(workspace, email="annray@gmail.com", **fields)
    return kept, world.make_contact(workspace, email="ann.ray@gmail.com", first_name="Ann")
