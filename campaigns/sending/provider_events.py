"""What providers tell about our mails: kept once, in whatever order and however often.

Reached only through a door that `webhooks` has opened for one provider: an event may
speak of that workspace's deliveries and of no others.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import transaction
from django.utils import timezone

from campaigns.accounts.models import Provider
from campaigns.audience import addresses, suppression, unsubscribing
from campaigns.audience.models import Suppression, Unsubscription
from campaigns.sending.models import Delivery, ProviderEvent
from campaigns.sending.querysets import moves

logger = logging.getLogger(__name__)

# The provider whose door this request came through.
speaking: ContextVar[Provider | None] = ContextVar("speaking", default=None)

FACTS = {
    EventType.DELIVERED: "delivered_at",
    EventType.DEFERRED: "soft_bounced_at",
    EventType.COMPLAINED: "complained_at",
    EventType.REJECTED: "hard_bounced_at",
    EventType.FAILED: "hard_bounced_at",
}
# What a provider can only know of a mail that it took.
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
# No such mailbox, as opposed to: full, blocked for what we sent, too slow.
DEAD = {RejectReason.BOUNCED, RejectReason.INVALID}


def receive(*, event: AnymailTrackingEvent, **_facts: Any) -> None:
    """Take one event in. A receiver of anymail's `tracking` signal."""
    provider = speaking.get()
    if provider is None:
        logger.warning("An event came in past the door of any provider; it is ignored")
        return
    delivery = _delivery(provider, event)
    if delivery is None:
        return
    with transaction.atomic():
        _keep(provider, delivery, event)
        _note(delivery, event)
        _suppress(delivery, event)


def _delivery(provider: Provider, event: AnymailTrackingEvent) -> Delivery | None:
    """Find whose mail this is about: by our own name for it, else by the provider's."""
    mine = Delivery.objects.select_related("contact").filter(workspace=provider.workspace_id)
    name = str((event.metadata or {}).get("delivery", ""))
    try:
        delivery = mine.filter(uuid=uuid.UUID(hex=name)).first()
    except ValueError:
        delivery = None
    if delivery is None and event.message_id:
        # All mails of a batch may have one id.
        named = mine.filter(message_id=str(event.message_id))
        if event.recipient:
            named = named.filter(address_key=addresses.key(str(event.recipient)))
        delivery = named.first()
    if delivery is None:
        logger.info("Provider %s spoke of a mail that is not ours", provider.pk)
        return None
    if delivery.provider_id not in (None, provider.pk):
        logger.warning("Provider %s spoke of %s, which another took", provider.pk, delivery.pk)
        return None
    recipient = event.recipient
    if recipient and addresses.key(str(recipient)) != delivery.address_key:
        logger.warning("Provider %s named another recipient of %s", provider.pk, delivery.pk)
        return None
    return delivery


def _keep(provider: Provider, delivery: Delivery, event: AnymailTrackingEvent) -> None:
    row = ProviderEvent(
        workspace_id=delivery.workspace_id,
        delivery=delivery,
        provider=provider.kind,
        event_key=_key(provider, event),
        kind=event.event_type,
        reject_reason=event.reject_reason or "",
        description=str(event.description or event.mta_response or "")[:300],
        at=_at(event),
    )
    ProviderEvent.objects.bulk_create([row], ignore_conflicts=True)


def _note(delivery: Delivery, event: AnymailTrackingEvent) -> None:
    kind, words = event.event_type, str(event.description or event.event_type)[:300]
    fact = _bounce(event) if kind == EventType.BOUNCED else FACTS.get(kind)
    if fact is not None:
        moves.note_fact(delivery.pk, fact, _at(event))
    state = "sent" if kind in PROOFS else "failed" if kind in REFUSALS else ""
    if state:
        moves.take_evidence(
            delivery.pk, state=state, message_id=str(event.message_id or ""), reason=words
        )


def _bounce(event: AnymailTrackingEvent) -> str:
    return "hard_bounced_at" if _is_dead(event) else "soft_bounced_at"


def _is_dead(event: AnymailTrackingEvent) -> bool:
    """Whether the mailbox does not exist. anymail calls some soft bounces hard ones."""
    if event.reject_reason not in DEAD:
        return False
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    bounce = told.get("bounce")
    amazon = bounce.get("bounceType") if isinstance(bounce, dict) else "Permanent"
    return told.get("Type") != "SoftBounce" and amazon == "Permanent"


def _suppress(delivery: Delivery, event: AnymailTrackingEvent) -> None:
    """Stop mailing who cannot be reached, or complained, or left at the provider."""
    kind, campaign_id = event.event_type, delivery.campaign_id
    if kind == EventType.COMPLAINED:
        _stop(delivery, Suppression.Reason.COMPLAINT)
    elif kind in {EventType.BOUNCED, EventType.REJECTED} and _is_dead(event):
        _stop(delivery, Suppression.Reason.HARD_BOUNCE)
    elif kind == EventType.UNSUBSCRIBED and delivery.contact_id is not None:
        source = Unsubscription.Source.ONE_CLICK
        unsubscribing.unsubscribe(delivery.contact_id, campaign_id, delivery.pk, source)


def _stop(delivery: Delivery, reason: Suppression.Reason) -> None:
    print_ = addresses.fingerprint(delivery.workspace_id, delivery.address_key)
    suppression.suppress(delivery.workspace_id, [print_], reason, delivery.campaign_id)


def _at(event: AnymailTrackingEvent) -> datetime:
    at = event.timestamp
    return at if isinstance(at, datetime) else timezone.now()


def _key(provider: Provider, event: AnymailTrackingEvent) -> str:
    """Name the event, the same however often it is told. Some providers give no id."""
    told = event.event_id or "|".join(
        str(part) for part in (event.message_id, event.recipient, event.event_type, event.timestamp)
    )
    digest = hashlib.blake2b(str(told).encode(), digest_size=20).hexdigest()
    return f"{provider.pk}:{digest}"
