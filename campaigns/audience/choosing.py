"""What recipients see on their pages, and what they choose there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience import (
    addresses,
    consent,
    mail_ledger,
    measuring,
    numbers,
    suppression,
    unsubscribing,
)
from campaigns.audience.list_querysets import SubscriptionQuerySet
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
class Leaving:
    """Where a recipient stands with the lists that one mail came through."""

    masked: str
    lists: Sequence[List]
    # Some of them still send; else the recipient has left.
    is_subscribed: bool
    # Something was done through this mail that can be taken back.
    can_undo: bool
    # No list of this sender reaches them any more.
    gets_nothing: bool


def leaving(contact: Contact, campaign_id: int | None, delivery_id: int | None) -> Leaving:
    """Return where `contact` stands with the lists of a mail."""
    lists = unsubscribing.lists_of(contact, campaign_id)
    subscribed = contact.subscriptions.subscribed()
    done = Unsubscription.objects.standing().filter(
        contact=contact, campaign_id=campaign_id, delivery_id=delivery_id
    )
    stopped = suppression.find(contact.workspace_id, contact.email) is not None
    return Leaving(
        masked=addresses.mask(contact.email),
        lists=lists,
        is_subscribed=not stopped and subscribed.filter(list__in=lists).exists(),
        can_undo=done.exists() or stopped_by_themselves(contact),
        gets_nothing=stopped or not subscribed.exists(),
    )


def reasons_of(
    contact: Contact, campaign_id: int | None, delivery_id: int | None
) -> list[tuple[str, str, bool]]:
    """Return reasons to choose from: value, words, and whether it is the one they gave.

    None where they left by no mail, or did not leave.
    """
    said = Unsubscription.objects.standing().filter(
        contact=contact, campaign_id=campaign_id, delivery_id=delivery_id
    )
    last = said.order_by("pk").values_list("why", flat=True).last()
    if last is None:
        return []
    return [(value, str(label), value == last) for value, label in Unsubscription.Why.choices]


def whys(workspace_id: int) -> list[tuple[str, int]]:
    """Count why people left, of those who did not take it back and gave a reason."""
    counted = Unsubscription.objects.standing().reasons(workspace_id)
    return [(str(label), counted.get(value, 0)) for value, label in Unsubscription.Why.choices]


def subscriptions_of(contact: Contact) -> SubscriptionQuerySet:
    """Return the lists that the recipient is or was on."""
    return contact.subscriptions.select_related("list").order_by("list__name")


@dataclass(frozen=True)
class Question:
    """One purpose: what the recipient is asked, what they said, what is recorded now."""

    purpose: Purpose
    statement: str
    said: Consent
    # `none`, `aggregate` or `individual`.
    recorded: str


def questions(contact: Contact) -> list[Question]:
    """Return the two questions: who agrees to one has not agreed to the other."""
    policy, ceiling = contact.workspace.policy, settings.MEASURING_MOST
    return [
        Question(
            purpose,
            statement(purpose),
            said,
            measuring.least(measuring.most(policy, said), ceiling),
        )
        for purpose, said in consent.answers(contact).items()
    ]


def statement(purpose: Purpose = Purpose.BOTH) -> str:
    """Return the words that the recipient answers, kept as evidence."""
    days = settings.EVENT_RETENTION_DAYS
    words = {
        Purpose.OPENS: _(
            "May we record when you open our mails, with the country and kind of device? "
            "We keep it for %(days)d days, and after that only the day of the first time."
        ),
        Purpose.CLICKS: _(
            "May we record which links you follow in our mails, with the country and kind of "
            "device? We keep it for %(days)d days, and after that only the day of the first time."
        ),
        Purpose.BOTH: _(
            "May we record when you open our mails and which links you follow, with the country "
            "and kind of device? We keep it for %(days)d days, and after that only the days of "
            "the first times."
        ),
    }
    return words[purpose] % {"days": days}


@transaction.atomic
def choose_lists(
    contact: Contact, chosen: Sequence[str], campaign_id: int | None, delivery_id: int | None
) -> None:
    """Subscribe the recipient to the chosen ones of their own lists, and to no others."""
    Contact.objects.select_for_update().get(pk=contact.pk)
    wanted = set(numbers.identities(chosen))
    for row in contact.subscriptions.select_related("list"):
        if row.list_id in wanted:
            _resume(contact, row)
        elif Subscription.objects.filter(pk=row.pk).end():
            said = consent.Evidence(ConsentEntry.Source.PREFERENCES)
            mail_ledger.end(contact, [row.list], said)
            Unsubscription.objects.create(
                workspace_id=row.workspace_id,
                contact=contact,
                list=row.list,
                campaign_id=campaign_id,
                delivery_id=delivery_id,
                source=Unsubscription.Source.PAGE,
            )
    if wanted & set(contact.subscriptions.subscribed().values_list("list", flat=True)):
        reason = Suppression.Reason.UNSUBSCRIBED_ALL
        suppression.lift(contact.workspace_id, contact.fingerprint, reason)


def _resume(contact: Contact, row: Subscription) -> None:
    if Subscription.objects.filter(pk=row.pk).resume():
        said = consent.Evidence(ConsentEntry.Source.PREFERENCES)
        mail_ledger.begin(contact, row.list, said)
        left = Unsubscription.objects.standing().filter(contact=row.contact_id, list=row.list_id)
        left.update(undone_at=timezone.now())


def stopped_by_themselves(contact: Contact) -> bool:
    """Whether the recipient stopped all mail, which they alone may undo."""
    found = suppression.reasons(contact.workspace_id, contact.email)
    return any(one.reason == Suppression.Reason.UNSUBSCRIBED_ALL for one in found)
