"""Members add people and put them on lists, always saying on what basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts.models import User
from campaigns.audience import addresses, consent, mail_ledger, people, suppression
from campaigns.audience.models import ConsentEntry, Contact, List, Subscription, Unsubscription


class SubscribingError(Exception):
    """The person must not be put on the list; the message says why."""


@dataclass(frozen=True)
class Basis:
    """Why a person may be mailed."""

    kind: str
    note: str = ""
    # The member who says so, and by which key if a program says it for them.
    actor: User | None = None
    api_key: int | None = None


@transaction.atomic
def add(one: List, email: str, names: Mapping[str, str], basis: Basis) -> Contact:
    """Put a person on the list by address, known here or not. Raises `SubscribingError`."""
    checked = addresses.check(email)
    contact = people.at(one.workspace_id, checked, **names)
    # A former address of theirs may be stopped where the one that is kept is not.
    _refuse_stopped(one.workspace_id, checked)
    subscribe(contact, one, basis)
    return contact


@transaction.atomic
def subscribe(contact: Contact, one: List, basis: Basis) -> bool:
    """Put a contact on the list; say whether that is new. Raises `SubscribingError`.

    Who left by themselves comes back only with a note that says how they asked for it.
    """
    _refuse_stopped(contact.workspace_id, contact.email)
    row, created = Subscription.objects.get_or_create(
        workspace_id=contact.workspace_id,
        list=one,
        contact=contact,
        defaults={"basis": basis.kind, "basis_note": basis.note},
    )
    if created:
        _note(contact, one, basis)
    if created or row.status == Subscription.Status.SUBSCRIBED:
        return created
    if left_by_themselves(contact, one) and not basis.note:
        raise SubscribingError(
            _("They left this list themselves. Note how they asked to be on it again.")
        )
    Subscription.objects.filter(pk=row.pk).update(
        status=Subscription.Status.SUBSCRIBED,
        unsubscribed_at=None,
        subscribed_at=timezone.now(),
        basis=basis.kind,
        basis_note=basis.note,
    )
    _note(contact, one, basis)
    return True


@transaction.atomic
def join(contact: Contact, one: List, basis: Basis) -> bool:
    """Put a contact on the list who never left it; say whether that is new.

    Programs come by this door: as with imports, who left stays away. Raises `SubscribingError`.
    """
    Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.subscriptions.filter(list=one, status=Subscription.Status.UNSUBSCRIBED).exists():
        raise SubscribingError(
            _("They left this list. Only they, or a member who was asked, can join it again.")
        )
    return subscribe(contact, one, basis)


def _refuse_stopped(workspace_id: int, email: str) -> None:
    if suppression.find(workspace_id, email):
        raise SubscribingError(_("This address must not be mailed: see “Not mailed”."))


def _note(contact: Contact, one: List, basis: Basis) -> None:
    source = ConsentEntry.Source.MEMBER
    details: dict[str, Any] = {"note": basis.note} if basis.note else {}
    if basis.api_key:
        details["api_key"] = basis.api_key
    evidence = consent.Evidence(source, details, actor=basis.actor)
    mail_ledger.begin(contact, one, evidence, basis=basis.kind)


def left_by_themselves(contact: Contact, one: List) -> bool:
    """Whether the contact, not a member, ended the subscription."""
    sources = Unsubscription.Source
    theirs = [sources.PAGE, sources.ONE_CLICK, sources.IMPORT]
    last = Unsubscription.objects.standing().filter(contact=contact, list=one).order_by("pk").last()
    return last is not None and last.source in theirs
