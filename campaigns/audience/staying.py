"""People say that they want to go on getting mail: the answer to a mail that asks them.

Each yes is a line of the consent ledger for each list that the mail came through, with the words
that stood beside the button. Whoever was taken off a list meanwhile is on it again: it is their
own word. Everything here may run twice, and the second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience import addresses, consent, mail_ledger, notices, suppression, unsubscribing
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    List,
    Purpose,
    Subscription,
    Suppression,
    Unsubscription,
)


@dataclass(frozen=True)
class Staying:
    """Where a recipient stands with the question of one mail."""

    masked: str
    lists: Sequence[List]
    # The words that they say yes to.
    statement: str
    has_said: bool
    # Mail to the address was stopped, and not by themselves.
    is_stopped: bool


def look(contact: Contact, campaign_id: int | None) -> Staying:
    """Return where `contact` stands with the question of a mail of the campaign."""
    lists = unsubscribing.lists_of(contact, campaign_id)
    stops = {one.reason for one in suppression.reasons(contact.workspace_id, contact.email)}
    mine = contact.subscriptions.subscribed().filter(list__in=lists)
    said = _said(contact, campaign_id)
    return Staying(
        masked=addresses.mask(contact.email),
        lists=lists,
        statement=statement(contact, lists),
        has_said=bool(said) and mine.exists() and not stops,
        is_stopped=bool(stops - {Suppression.Reason.UNSUBSCRIBED_ALL}),
    )


def statement(contact: Contact, lists: Sequence[List]) -> str:
    """Return the words of the yes, kept as evidence."""
    names = ", ".join(one.name for one in lists)
    facts = {"sender": contact.workspace.name, "lists": names}
    return _("Yes, I want to go on getting mail from %(sender)s (%(lists)s).") % facts


@transaction.atomic
def stay(contact_id: int, campaign_id: int | None) -> None:
    """Write that the person wants to stay on the lists that the mail came through."""
    people = Contact.objects.select_related("workspace").select_for_update(of=["self"])
    contact = people.get(pk=contact_id)
    lists = unsubscribing.lists_of(contact, campaign_id)
    rows = Subscription.objects.filter(contact=contact, list__in=lists)
    back = {row.list_id for row in rows if Subscription.objects.filter(pk=row.pk).resume()}
    left = Unsubscription.objects.standing().filter(contact=contact, list__in=back)
    left.update(undone_at=timezone.now())
    suppression.lift(contact.workspace_id, contact.fingerprint, Suppression.Reason.UNSUBSCRIBED_ALL)
    said = {} if back else _said(contact, campaign_id)
    notice = notices.keep(contact.workspace_id, statement(contact, lists))
    evidence = consent.Evidence(ConsentEntry.Source.PAGE, _evidence(campaign_id))
    for one in lists:
        if one.pk not in said:
            mail_ledger.begin(contact, one, evidence, notice=notice)


def _said(contact: Contact, campaign_id: int | None) -> dict[int, ConsentEntry]:
    """Return the yes that this mail already got, by list, where it is still the last word."""
    lines = ConsentEntry.objects.filter(contact=contact, purpose=Purpose.MAIL).order_by("pk")
    last = {line.evidence.get("list"): line for line in lines}
    asked = _evidence(campaign_id).items()
    return {
        pk: line
        for pk, line in last.items()
        if line.state == Consent.GRANTED and asked <= line.evidence.items()
    }


def _evidence(campaign_id: int | None) -> dict[str, Any]:
    return {"stays": True, "campaign": campaign_id}
