"""What providers tell about our mails, read into facts.

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
from django.utils import timezone

from campaigns.accounts.models import Provider
from campaigns.audience import addresses
from campaigns.sending import facts, leaks, severities
from campaigns.sending.models import Delivery
from campaigns.sending.severities import Severity

logger = logging.getLogger(__name__)

# The provider whose door this request came through.
speaking: ContextVar[Provider | None] = ContextVar("speaking", default=None)

# No such mailbox, as opposed to: full, blocked for what we sent, too slow.
DEAD = {RejectReason.BOUNCED, RejectReason.INVALID}
# About what we sent or who we are, not about the mailbox.
POLICY = {RejectReason.BLOCKED, RejectReason.SPAM, RejectReason.UNSUBSCRIBED}
# Postmark's words for "the mailbox provider did not want it". anymail calls that a rejection,
# as it calls what a provider does not even try because of its own stop list.
TURNED_AWAY = {"Blocked", "DMARCPolicy"}
# The mailbox provider was asked.
TRIED = {EventType.BOUNCED, EventType.DEFERRED}


def receive(*, event: AnymailTrackingEvent, **_facts: Any) -> None:
    """Take one event in. A receiver of anymail's `tracking` signal."""
    provider = speaking.get()
    if provider is None:
        logger.warning("An event came in past the door of any provider; it is ignored")
        return
    delivery = _delivery(provider, event)
    if delivery is None:
        return
    if event.event_type in leaks.UNWANTED:
        leaks.note(provider, delivery, event.event_type)
    facts.take_in(
        facts.Told(
            delivery=delivery,
            source=provider.kind,
            key=_key(provider, event),
            kind=event.event_type,
            at=_at(event),
            severity=_severity(event),
            reject_reason=RejectReason.BLOCKED if _is_policy(event) else event.reject_reason or "",
            words=str(event.description or event.mta_response or ""),
            message_id=str(event.message_id or ""),
        )
    )


def _delivery(provider: Provider, event: AnymailTrackingEvent) -> Delivery | None:
    """Find whose mail this is about: by our own name for it, else by the provider's."""
    mine = Delivery.objects.select_related("contact").filter(workspace=provider.workspace_id)
    name = str((event.metadata or {}).get("delivery", ""))
    try:
        delivery = mine.named([uuid.UUID(hex=name)]).first()
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
    # What was sent again may have been another's at first.
    if delivery.provider_id not in (None, provider.pk) and not delivery.resends:
        logger.warning("Provider %s spoke of %s, which another took", provider.pk, delivery.pk)
        return None
    recipient = event.recipient
    # Of an erased person only our own name for the mail is left, which is enough.
    named_other = recipient and addresses.key(str(recipient)) != delivery.address_key
    if named_other and delivery.address:
        logger.warning("Provider %s named another recipient of %s", provider.pk, delivery.pk)
        return None
    return delivery


def _severity(event: AnymailTrackingEvent) -> Severity:
    match event.event_type:
        case EventType.BOUNCED | EventType.DEFERRED | EventType.REJECTED if _is_policy(event):
            return Severity.BLOCKED
        case EventType.BOUNCED | EventType.REJECTED if _is_dead(event):
            return Severity.HARD
        case EventType.BOUNCED | EventType.DEFERRED:
            return Severity.BLOCKED if event.reject_reason in POLICY else Severity.SOFT
        case _:
            return Severity.NONE


def _is_policy(event: AnymailTrackingEvent) -> bool:
    """Whether the mailbox provider refused us or the mail: by its own code, whoever read it how."""
    if event.event_type == EventType.REJECTED:
        return _told(event).get("Type") in TURNED_AWAY
    words = str(event.mta_response or event.description or "")
    return event.event_type in TRIED and severities.is_policy("", words)


def _told(event: AnymailTrackingEvent) -> dict[str, Any]:
    """The event in the provider's own shape, where that has names."""
    return event.esp_event if isinstance(event.esp_event, dict) else {}


def _is_dead(event: AnymailTrackingEvent) -> bool:
    """Whether the mailbox does not exist. anymail calls some soft bounces hard ones."""
    if event.reject_reason not in DEAD:
        return False
    told = _told(event)
    bounce = told.get("bounce")
    amazon = bounce.get("bounceType") if isinstance(bounce, dict) else "Permanent"
    return told.get("Type") != "SoftBounce" and amazon == "Permanent"


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
