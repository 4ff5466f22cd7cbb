"""People leave: the lists a mail came through, or everything from this sender.

Everything here may run twice, and the second time changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from campaigns.accounts.models import User
from campaigns.audience import consent, mail_ledger, suppression
from campaigns.audience.models import (
    ConsentEntry,
    Contact,
    List,
    Subscription,
    Suppression,
    Unsubscription,
)

CampaignLists = Callable[[int], Sequence[int]]
# Filled by the room of campaigns, which stands above this one.
_campaign_lists: list[CampaignLists] = []


def register_campaign_lists(function: CampaignLists) -> None:
    """Let `function` say which lists a campaign goes to, by campaign id."""
    _campaign_lists[:] = [function]


def lists_of(contact: Contact, campaign_id: int | None) -> list[List]:
    """Return the lists that a mail of the campaign came through to `contact`.

    All of the contact's lists when the campaign is not known any more.
    """
    mine = List.objects.filter(
        workspace=contact.workspace_id, subscriptions__contact=contact
    ).order_by("name")
    ids = _campaign_lists[0](campaign_id) if _campaign_lists and campaign_id else ()
    return list(mine.filter(pk__in=ids)) or list(mine)


@transaction.atomic
def unsubscribe(
    contact_id: int, campaign_id: int | None, delivery_id: int | None, source: str
) -> list[List]:
    """Take a person off the lists that the mail came through; return those left just now."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    left = _end(contact, lists_of(contact, campaign_id))
    _record(contact, left, campaign_id=campaign_id, delivery_id=delivery_id, source=source)
    return left


@transaction.atomic
def unsubscribe_from(
    contact: Contact, lists: Sequence[List], source: str, actor: User | None = None
) -> list[List]:
    """Take a person off `lists`, through no mail; return those left just now."""
    Contact.objects.select_for_update().get(pk=contact.pk)
    left = _end(contact, lists)
    _record(contact, left, campaign_id=None, delivery_id=None, source=source, actor=actor)
    return left


@transaction.atomic
def stop_everything(contact_id: int, campaign_id: int | None, delivery_id: int | None) -> None:
    """Take a person off every list, and mail the address nothing any more."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    left = _end(contact, list(List.objects.filter(subscriptions__contact=contact)))
    _record(
        contact,
        left,
        campaign_id=campaign_id,
        delivery_id=delivery_id,
        source=Unsubscription.Source.PAGE,
    )
    suppression.suppress(
        contact.workspace_id,
        [contact.fingerprint],
        Suppression.Reason.UNSUBSCRIBED_ALL,
        campaign_id,
    )


@transaction.atomic
def undo(contact_id: int, campaign_id: int | None, delivery_id: int | None) -> None:
    """Take back what the person did through this mail: they are on those lists again."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    theirs = Unsubscription.objects.standing().filter(
        contact=contact, campaign_id=campaign_id, delivery_id=delivery_id
    )
    list_ids = list(theirs.values_list("list", flat=True))
    resume(contact, list_ids, ConsentEntry.Source.PAGE)
    theirs.update(undone_at=timezone.now())
    suppression.lift(contact.workspace_id, contact.fingerprint, Suppression.Reason.UNSUBSCRIBED_ALL)


def resume(contact: Contact, list_ids: Iterable[int | None], source: str) -> None:
    """Put a person on lists again that they were on: their own word, whatever it was before."""
    for one in List.objects.filter(pk__in=[pk for pk in list_ids if pk]).order_by("pk"):
        if Subscription.objects.filter(contact=contact, list=one).resume():
            mail_ledger.begin(contact, one, consent.Evidence(source, {"undone": True}))


def _end(contact: Contact, lists: Sequence[List]) -> list[List]:
    return [one for one in lists if Subscription.objects.filter(contact=contact, list=one).end()]


def _record(
    contact: Contact,
    left: Sequence[List],
    *,
    campaign_id: int | None,
    delivery_id: int | None,
    source: str,
    actor: User | None = None,
) -> None:
    details = {"campaign": campaign_id} if campaign_id else {}
    said = consent.Evidence(mail_ledger.SOURCES[source], details, actor=actor)
    mail_ledger.end(contact, left, said)
    Unsubscription.objects.bulk_create(
        Unsubscription(
            workspace_id=contact.workspace_id,
            contact=contact,
            list=one,
            campaign_id=campaign_id,
            delivery_id=delivery_id,
            source=source,
        )
        for one in left
    )
