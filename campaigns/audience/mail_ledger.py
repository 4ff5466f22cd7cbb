"""Write into the consent ledger why a person is mailed a list, and that they are no more.

Measuring has its own verbs in `consent`. Who only is mailed on another basis than their
agreement has agreed to nothing: their line says "not asked", and its evidence the basis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from campaigns.audience.consent import Evidence
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    List,
    Notice,
    Purpose,
    Subscription,
    Unsubscription,
)

SOURCES: Mapping[str, ConsentEntry.Source] = {
    Unsubscription.Source.ONE_CLICK: ConsentEntry.Source.ONE_CLICK,
    Unsubscription.Source.PAGE: ConsentEntry.Source.PAGE,
    Unsubscription.Source.MEMBER: ConsentEntry.Source.MEMBER,
    Unsubscription.Source.IMPORT: ConsentEntry.Source.IMPORT,
}


def state_of(basis: str) -> Consent:
    """Return what a basis says of the person: only who asked for it has agreed."""
    return Consent.GRANTED if basis == Subscription.Basis.CONSENT else Consent.UNKNOWN


def begin(
    contact: Contact,
    one: List,
    evidence: Evidence,
    *,
    basis: str = Subscription.Basis.CONSENT,
    notice: Notice | None = None,
) -> None:
    """Write that mail of the list to the person begins, on what basis, and how we know."""
    details = {"basis": basis, **evidence.details}
    _write(contact, [one], state_of(basis), evidence, details, notice)


def end(contact: Contact, lists: Iterable[List], evidence: Evidence) -> None:
    """Write that the person, or somebody for them, ended mail of these lists."""
    _write(contact, lists, Consent.WITHDRAWN, evidence, evidence.details, None)


def complain(contact: Contact, evidence: Evidence) -> None:
    """Write that the person reported a mail as spam: they want none of any list."""
    subscribed = List.objects.filter(
        subscriptions__contact=contact, subscriptions__status=Subscription.Status.SUBSCRIBED
    )
    end(contact, subscribed.order_by("pk"), evidence)


def _write(
    contact: Contact,
    lists: Iterable[List],
    state: Consent,
    evidence: Evidence,
    details: Mapping[str, Any],
    notice: Notice | None,
) -> None:
    ConsentEntry.objects.bulk_create(
        ConsentEntry(
            workspace_id=contact.workspace_id,
            contact=contact,
            purpose=Purpose.MAIL,
            state=state,
            source=evidence.source,
            notice=notice,
            # The list may be gone when somebody asks.
            evidence={"list": one.pk, "name": one.name, **details},
            said_at=evidence.said_at,
            actor=evidence.actor,
        )
        for one in lists
    )
