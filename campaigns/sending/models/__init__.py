"""The delivery ledger: one row per campaign and person, and what became of it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience import addresses
from campaigns.audience.models import Contact
from campaigns.composing.models import Campaign
from campaigns.sending.bounces.models import BounceMail, BounceMailbox
from campaigns.sending.models.belonging import Belonging
from campaigns.sending.models.chances import Chance
from campaigns.sending.models.digests import Digest, MailBits
from campaigns.sending.models.doors import Door, Topic
from campaigns.sending.models.inbox import InboxMail
from campaigns.sending.models.instance import Instance
from campaigns.sending.models.leaks import Leak
from campaigns.sending.models.pace import (
    Acquaintance,
    Alarm,
    Canary,
    Cooldown,
    DayTally,
    Ramp,
    Tally,
    Throttle,
)
from campaigns.sending.models.reckoning import Reckoning
from campaigns.sending.models.second import SecondDelivery
from campaigns.sending.models.testing import TestGroup
from campaigns.sending.querysets import DeliveryQuerySet

__all__ = [
    "Acquaintance",
    "Alarm",
    "Belonging",
    "BounceMail",
    "BounceMailbox",
    "Canary",
    "Chance",
    "Cooldown",
    "DayTally",
    "Delivery",
    "Digest",
    "Door",
    "InboxMail",
    "Instance",
    "Leak",
    "Lease",
    "MailBits",
    "ProviderEvent",
    "Ramp",
    "Reckoning",
    "SecondDelivery",
    "Tally",
    "TestGroup",
    "Throttle",
    "Topic",
]


class Delivery(models.Model):
    """One campaign to one contact."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        CLAIMED = "claimed", _("Being prepared")
        # The intent is committed: bytes may have left.
        SENDING = "sending", _("Being handed over")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        # We cannot know; we say so instead of sending again.
        UNKNOWN = "unknown", _("Not confirmed")
        SUPPRESSED = "suppressed", _("Not sent: suppressed")
        CANCELLED = "cancelled", _("Not sent: cancelled")
        # Refused "for now" until its time was over.
        EXPIRED = "expired", _("Given up")

    class Mode(models.TextChoices):
        NONE = "none", _("Nothing recorded")
        AGGREGATE = "aggregate", _("Totals only")
        INDIVIDUAL = "individual", _("Per person")

    # Three times a row changes on its way. No index may know of `state` or of what an
    # intent or a result writes: then the last two changes stay in their page, and no index
    # is written for them (PostgreSQL: heap-only tuples). The constraints below begin with
    # the contact and the campaign, and nobody asks by workspace alone.
    # That it exists is what the campaign's key says: asked once more, it costs each row of a
    # launch a tenth.
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="deliveries", db_index=False
    )
    # A contact may be erased; the delivery stays, for the counts.
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="deliveries", db_index=False
    )
    # See `naming`. Random ones have an index of their own, sending_delivery_random_name.
    uuid = models.UUIDField(default=uuid.uuid4)
    address = models.CharField(max_length=254)
    address_key = models.CharField(max_length=254)
    domain = models.CharField(max_length=254)
    mode = models.CharField(max_length=10, choices=Mode)
    # About clicks, where it is not `mode`, which is about opens then; empty: the same.
    click_mode = models.CharField(
        max_length=10, choices=Mode, blank=True, default="", db_default=""
    )
    consent_epoch = models.PositiveIntegerField(default=0)
    # Of the last claim: what it was or will be sent with, if it was claimed.
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    claim_token = models.UUIDField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    # When it may be claimed; only what is pending has such a time.
    next_at = models.DateTimeField(null=True)
    # Null in a failed delivery: its mail could not even be made.
    sending_at = models.DateTimeField(null=True)
    # Of the tries that were refused "for now": what the deadline counts from.
    first_tried_at = models.DateTimeField(null=True)
    # How often it was sent again though nobody knew whether it had arrived.
    resends = models.PositiveSmallIntegerField(db_default=0)
    # Who was to take it at the last intent: whose events may speak of it. No key, no index.
    provider_id = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    # Since when it is not confirmed; only what is unknown has such a time.
    unknown_since = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=255, blank=True)
    code = models.PositiveSmallIntegerField(null=True)
    enhanced_code = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    # Facts from providers, each the earliest that was told (LEAST), so order is no matter.
    delivered_at = models.DateTimeField(null=True)
    soft_bounced_at = models.DateTimeField(null=True)
    hard_bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    # Its mailbox provider took it for unwanted: for what it is, or for what we are.
    blocked_at = models.DateTimeField(null=True)
    # When a marketer should have learned of it, if ever: written by triggers of the database
    # (a migration made them). An index may know of it, because it stays null on the way of a
    # mail that arrives.
    troubled_at = models.DateTimeField(null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "campaign"], name="sending_delivery_campaign_once"
            ),
            models.UniqueConstraint(
                fields=["campaign", "address_key"], name="sending_delivery_address_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "sending"]) | Q(claim_token__isnull=False),
                name="sending_delivery_held_has_token",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", next_at__isnull=False)
                | (~Q(state="pending") & Q(next_at__isnull=True)),
                name="sending_delivery_pending_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="unknown", unknown_since__isnull=False)
                | (~Q(state="unknown") & Q(unknown_since__isnull=True)),
                name="sending_delivery_unknown_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(sending_at__isnull=False),
                name="sending_delivery_intent_has_time",
            ),
        ]
        indexes = [
            # For claiming the next batch of a campaign.
            models.Index(
                fields=["campaign", "next_at", "id"],
                name="sending_delivery_waiting",
                condition=Q(next_at__isnull=False),
            ),
            # For evidence on what is not confirmed.
            models.Index(
                fields=["unknown_since"],
                name="sending_delivery_doubt",
                condition=Q(unknown_since__isnull=False),
            ),
            # For provider events that name only the provider's own id.
            models.Index(
                fields=["message_id"],
                name="sending_delivery_message",
                condition=~Q(message_id=""),
            ),
            # For the breakers: what providers told, which is little beside all mails.
            models.Index(
                fields=["campaign"],
                name="sending_delivery_harm",
                condition=Q(hard_bounced_at__isnull=False) | Q(complained_at__isnull=False),
            ),
            # The same, for what holds one mailbox provider's part.
            models.Index(
                fields=["campaign"],
                name="sending_delivery_blocked",
                condition=Q(blocked_at__isnull=False),
            ),
            # For the few of a million who did not get it, the latest first.
            models.Index(
                "campaign",
                F("troubled_at").desc(),
                F("id").desc(),
                name="sending_delivery_troubled",
                condition=Q(troubled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} to {self.contact_id}: {self.state}"

    @property
    def readable_address(self) -> str:
        """The address with an international domain in its own letters."""
        return addresses.readable(self.address)

    @property
    def person_id(self) -> int | None:
        """Whom it went to, also where they had another contact then; None: they were erased."""
        if self.contact_id is not None:
            return self.contact_id
        rows = SecondDelivery.objects.filter(delivery=self.pk)
        return rows.values_list("contact", flat=True).first()


class Lease(models.Model):
    """A claim: who holds which deliveries, and until when. Gone when none is held any more."""

    token = models.UUIDField(primary_key=True)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="leases")
    delivery_ids = ArrayField(models.BigIntegerField())
    taken_at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.token} until {self.until}"


class ProviderEvent(models.Model):
    """What a provider told about a delivery; kept once, however often it is told."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="events")
    provider = models.CharField(max_length=30)
    event_key = models.CharField(max_length=255)
    # anymail's EventType, unchanged.
    kind = models.CharField(max_length=20)
    # `severities.Severity`; empty for what is no refusal, and for what came before we asked.
    severity = models.CharField(max_length=10, blank=True, default="")
    reject_reason = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_key"], name="sending_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.delivery_id}"
