"""What members' own work keeps of a person: who may be whom, who was chosen, who gets tests.

What is also about somebody else is told only as far as it is the reader's: that a contact
looks like another one, and not whose that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from email.utils import getaddresses

from django.db.models import Q

from campaigns.audience import addresses, people
from campaigns.audience.bulk import running
from campaigns.audience.models import BulkEdit, BulkEditPerson, Contact, Resemblance, Segment
from campaigns.composing import segmenting
from campaigns.composing.models import Spared
from campaigns.privacy import one_row
from campaigns.privacy.one_row import Row
from campaigns.sending.bounces import reading as returning
from campaigns.sending.models import Belonging, BounceMail, Delivery, TestGroup

# These say that the other address leads into the same mailbox. A like name at the same domain,
# or a like spelling, would tell of a colleague or a stranger that they are a contact.
OF_ONE_MAILBOX = (Resemblance.Reason.GMAIL, Resemblance.Reason.TAGGED)


def alike(contact: Contact) -> Iterable[Row]:
    """Return how often the contact was found to be like another; never which one."""
    mine = Resemblance.objects.filter(workspace=contact.workspace_id)
    for row in mine.filter(Q(first=contact) | Q(second=contact)).order_by("found_at", "pk"):
        reason = row.reason if row.reason in OF_ONE_MAILBOX else ""
        yield {"at": row.found_at, "reason": reason, "dismissed_at": row.dismissed_at}


def chosen(contact: Contact) -> Iterable[Row]:
    """Return the changes of many people that the contact was chosen for."""
    mine = BulkEditPerson.objects.filter(of__workspace=contact.workspace_id)
    for row in mine.filter(contact_id=contact.pk).select_related("of").order_by("of"):
        told = {"at": row.of.created_at, "action": row.of.action}
        yield {**told, "deleted_on": _edit_ends(row.of)}


def spared(contact: Contact) -> Iterable[Row]:
    """Return the mails that asked whether they stay, which they need not have answered."""
    mine = Spared.objects.filter(contact=contact, campaign__workspace=contact.workspace_id)
    return (one_row.of(row, ("campaign_id",)) for row in mine.order_by("pk"))


def parts(contact: Contact) -> Iterable[Row]:
    """Return for which parts of each mail they were taken, by the segments of these."""
    names = {
        segmenting.field(key): name
        for key, name in Segment.objects.filter(workspace=contact.workspace_id).values_list(
            "key", "name"
        )
    }
    mine = Belonging.objects.filter(delivery__in=Delivery.objects.all().of(contact)).select_related(
        "delivery"
    )
    for row in mine.order_by("pk"):
        segments = _by_name(row.said, names)
        yield {"campaign_id": row.delivery.campaign_id, "segments": segments}


def returned(contact: Contact) -> Iterable[Row]:
    """Return what came back into a sender's mailbox about mails to them; no mail itself is kept."""
    campaigns = dict(Delivery.objects.all().of(contact).values_list("pk", "campaign_id"))
    mine = BounceMail.objects.filter(
        mailbox__workspace=contact.workspace_id, delivery_id__in=list(campaigns)
    )
    for row in mine.order_by("pk"):
        told = {"campaign_id": campaigns.get(row.delivery_id or 0, 0), "at": row.taken_at}
        ends = (row.taken_at + returning.KEPT).date()
        yield {**told, "answer": row.verdict, "deleted_on": ends}


def test_groups(contact: Contact) -> Iterable[Row]:
    """Return the groups of test mails that hold an address of theirs; never the others in it."""
    mine = keys(contact)
    for group in TestGroup.objects.filter(workspace=contact.workspace_id).order_by("name"):
        for email in group.addresses:
            if addresses.key(email) in mine:
                yield {"group": group.name, "email": email}


def emails(contact: Contact) -> set[str]:
    """Return the address they have and those they had."""
    return {contact.email, *(had.email for had in people.former([contact.pk]))}


def keys(contact: Contact) -> set[str]:
    """Return these as spellings are compared."""
    return set(map(addresses.key, emails(contact)))


def own(contact: Contact, recipients: str) -> str:
    """Return theirs of some recipients; one alone is whoever the mail was known to be theirs by."""
    found = getaddresses([recipients])
    mine = keys(contact)
    theirs = [email for _name, email in found if addresses.key(email) in mine]
    return recipients if len(found) == 1 else ", ".join(theirs)


def _edit_ends(edit: BulkEdit) -> date | None:
    """Return the day after which it is not known any more who was chosen, once that is known."""
    if edit.status == BulkEdit.Status.CHOSEN:
        return (edit.created_at + running.DRAFTS_KEPT).date()
    return (edit.ended_at + running.KEPT).date() if edit.ended_at else None


def _by_name(said: Mapping[str, str], names: Mapping[str, str]) -> dict[str, bool]:
    # A segment that was deleted since has its key left.
    return {names.get(field, field): word == segmenting.IN for field, word in said.items()}
