"""What became of mails after they were handed over: facts, kept once and in any order.

Providers tell by webhooks, mail servers by mails that come back. Both are read into `Told`,
and from here on are the same: each fact is kept as the earliest time that was told, so that
doubled and re-ordered news end in the same facts, and the same suppressions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anymail.signals import EventType, RejectReason
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.audience import addresses, consent, mail_ledger, suppression, unsubscribing
from campaigns.audience.models import ConsentEntry, Contact, Suppression, Unsubscription
from campaigns.sending import reckoning
from campaigns.sending.models import Delivery, ProviderEvent
from campaigns.sending.querysets import moves, standing
from campaigns.sending.severities import Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What was told about one of our mails, whoever told it."""

    delivery: Delivery
    # A kind of provider, or "mail".
    source: str
    # The same however often it is told.
    key: str
    # anymail's EventType.
    kind: str
    at: datetime
    severity: Severity = Severity.NONE
    reject_reason: str = ""
    words: str = ""
    message_id: str = ""

    @property
    def is_unwanted(self) -> bool:
        """Whether it is about what a person did: nobody asked them for that."""
        return self.kind in (EventType.OPENED, EventType.CLICKED)


FACTS = {
    EventType.DELIVERED: "delivered_at",
    EventType.DEFERRED: "soft_bounced_at",
    EventType.COMPLAINED: "complained_at",
    EventType.FAILED: "hard_bounced_at",
}
_BOUNCES = {EventType.BOUNCED, EventType.REJECTED}
# What can only be known of a mail that was taken.
PROOFS = {
    EventType.QUEUED,
    EventType.SENT,
    EventType.DELIVERED,
    EventType.DEFERRED,
    EventType.BOUNCED,
    EventType.COMPLAINED,
    EventType.OPENED,
    EventType.CLICKED,
    EventType.UNSUBSCRIBED,
    EventType.AUTORESPONDED,
}
REFUSALS = {EventType.REJECTED, EventType.FAILED}
_UNWANTED = {RejectReason.BLOCKED, RejectReason.SPAM}


@transaction.atomic
def take_in(told: Told) -> None:
    """Keep what was told, and act on it. Twice is as good as once.

    Who opened or clicked is not a provider's to tell: that the mail arrived is all we take.
    """
    if _is_about_the_person(told) and (person := told.delivery.person_id) is not None:
        # Before their mail, as whoever erases or merges people does.
        Contact.objects.filter(pk=person).hold(no_key=True)
    if not told.is_unwanted:
        _keep(told)
    _note(told)
    _suppress(told)
    reckoning.doubt(told.delivery.campaign_id)


def _keep(told: Told) -> None:
    row = ProviderEvent(
        workspace_id=told.delivery.workspace_id,
        delivery=told.delivery,
        provider=told.source,
        event_key=told.key,
        kind=told.kind,
        severity=told.severity,
        reject_reason=told.reject_reason,
        description=_words(told)[:300],
        at=told.at,
    )
    ProviderEvent.objects.bulk_create([row], ignore_conflicts=True)


def _note(told: Told) -> None:
    fact = _bounce(told) if told.kind in _BOUNCES else FACTS.get(told.kind)
    if fact is not None:
        moves.note_fact(told.delivery.pk, fact, told.at)
    if told.severity is Severity.BLOCKED and told.reject_reason in _UNWANTED:
        moves.note_fact(told.delivery.pk, "blocked_at", told.at)
    state = "sent" if told.kind in PROOFS else "failed" if told.kind in REFUSALS else ""
    if state:
        words = _("the provider knows that it arrived") if told.is_unwanted else _words(told)
        moves.take_evidence(
            told.delivery.pk,
            state=state,
            message_id=told.message_id,
            reason=(words or told.kind)[:300],
            at=told.at,
        )


def _words(told: Told) -> str:
    """Return what was said; of somebody who is erased nothing, since it may quote the address."""
    return told.words if told.delivery.address else ""


def _bounce(told: Told) -> str:
    if told.kind == EventType.REJECTED and told.severity is not Severity.BLOCKED:
        return "hard_bounced_at"
    return "hard_bounced_at" if told.severity is Severity.HARD else "soft_bounced_at"


def _suppress(told: Told) -> None:
    """Stop mailing who cannot be reached, or complained, or left."""
    delivery = told.delivery
    if told.kind == EventType.COMPLAINED:
        _complain(delivery)
    elif told.severity is Severity.HARD:
        _stop(delivery, Suppression.Reason.HARD_BOUNCE)
    elif told.kind == EventType.UNSUBSCRIBED and (person := delivery.person_id) is not None:
        source = Unsubscription.Source.ONE_CLICK
        unsubscribing.unsubscribe(person, delivery.campaign_id, delivery.pk, source)
    elif _weighs_on_the_rest(told):
        _reconsider(delivery)


def _complain(delivery: Delivery) -> None:
    stopped = _stop(delivery, Suppression.Reason.COMPLAINT)
    # A complaint that is told twice is one.
    if not stopped or (person := delivery.person_id) is None:
        return
    for contact in Contact.objects.filter(pk=person):
        # It may have gone to another address that they had.
        reason, campaign_id = Suppression.Reason.COMPLAINT, delivery.campaign_id
        suppression.suppress(contact.workspace_id, [contact.fingerprint], reason, campaign_id)
        details = {"campaign": campaign_id}
        mail_ledger.complain(contact, consent.Evidence(ConsentEntry.Source.COMPLAINT, details))


def _is_about_the_person(told: Told) -> bool:
    """Whether something of the person may change by it, and not only of the mail."""
    theirs = (EventType.COMPLAINED, EventType.UNSUBSCRIBED)
    return told.kind in theirs or _weighs_on_the_rest(told)


def _weighs_on_the_rest(told: Told) -> bool:
    """Whether all that was told of the address has to be looked at anew."""
    if told.kind == EventType.DELIVERED:
        return _is_stopped_softly(told.delivery)
    return told.severity in (Severity.SOFT, Severity.DISABLED)


def _reconsider(delivery: Delivery) -> None:
    """Look at all that was told of the address; the order in which it came is no matter."""
    if delivery.contact_id is None:
        return
    # Whoever tells the next fact about this person waits, and then sees ours.
    if not Contact.objects.select_for_update().filter(pk=delivery.contact_id).exists():
        return
    found = standing.of(delivery.contact_id, delivery.address_key)
    if found.is_disabled:
        _stop(delivery, Suppression.Reason.HARD_BOUNCE)
    elif found.is_unreachable:
        _stop(delivery, Suppression.Reason.SOFT_BOUNCES)
    else:
        suppression.lift(delivery.workspace_id, _print(delivery), Suppression.Reason.SOFT_BOUNCES)


def _stop(delivery: Delivery, reason: Suppression.Reason) -> bool:
    """Mail the address nothing any more; say whether that is new for this reason."""
    if not delivery.address:
        # Erased: stopped for good already, and no longer known here by its address.
        return False
    prints = [_print(delivery)]
    new = suppression.suppress(delivery.workspace_id, prints, reason, delivery.campaign_id)
    return new > 0


def _is_stopped_softly(delivery: Delivery) -> bool:
    stopped = Suppression.objects.filter(
        workspace=delivery.workspace_id, fingerprint=_print(delivery)
    )
    return stopped.filter(reason=Suppression.Reason.SOFT_BOUNCES).exists()


def _print(delivery: Delivery) -> bytes:
    return addresses.fingerprint(delivery.workspace_id, delivery.address_key)
