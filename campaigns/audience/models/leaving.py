"""Who left, and which addresses must not be mailed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.list_querysets import UnsubscriptionQuerySet


class Unsubscription(models.Model):
    """A person left a list, and through which campaign. Kept, so that reports can count it."""

    class Source(models.TextChoices):
        ONE_CLICK = "one_click", _("The mail program's own button")
        PAGE = "page", _("The link in the mail")
        MEMBER = "member", _("A member of the workspace")
        # They left where we were before, and the file said so.
        IMPORT = "import", _("An import")

    class Why(models.TextChoices):
        """What they said about it, if they wanted to."""

        TOO_MANY = "too_many", _("Too many mails")
        NOT_RELEVANT = "not_relevant", _("Not what I am interested in")
        NEVER_ASKED = "never_asked", _("I did not sign up")
        OTHER = "other", _("Something else")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    contact = models.ForeignKey(
        "audience.Contact", models.SET_NULL, null=True, related_name="unsubscriptions"
    )
    list = models.ForeignKey("audience.List", models.SET_NULL, null=True, related_name="+")
    # Plain ids: campaigns and deliveries live in higher rooms.
    campaign_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10, choices=Source)
    why = models.CharField(max_length=12, choices=Why, blank=True, default="", db_default="")
    at = models.DateTimeField(auto_now_add=True)
    # The person took it back on the same page; see UnsubscriptionQuerySet.standing().
    undone_at = models.DateTimeField(null=True)

    objects = UnsubscriptionQuerySet.as_manager()

    class Meta:
        # For a campaign's report.
        indexes = [models.Index(fields=["campaign_id"], name="audience_unsub_campaign")]

    def __str__(self) -> str:
        return f"{self.contact_id} left {self.list_id}"


class Suppression(models.Model):
    """One reason why this workspace must not mail an address, whatever list it is on.

    An address may have several, and is mailed again when none is left: what one of those who
    stopped it takes back does not undo another's word.
    """

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce", _("The address does not exist")
        SOFT_BOUNCES = "soft_bounces", _("Nothing has got through for weeks")
        COMPLAINT = "complaint", _("Reported as spam")
        UNSUBSCRIBED_ALL = "unsubscribed_all", _("Wants nothing any more")
        MANUAL = "manual", _("Added by a member")
        ERASED = "erased", _("Asked to be erased")
        # Never kept with an address: see `SuppressedDomain`.
        DOMAIN = "domain", _("Nothing is mailed to its domain")

    class Source(models.TextChoices):
        """Where we have it from."""

        MEMBER = "member", _("A member of the workspace")
        IMPORT = "import", _("An import")
        BOUNCE = "bounce", _("A mail that came back")
        COMPLAINT = "complaint", _("A complaint")
        UNSUBSCRIBE = "unsubscribe", _("The person, on a page of ours")
        ERASURE = "erasure", _("An erasure")

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="suppressions", db_index=False
    )
    # Keyed BLAKE2 of the address key (`addresses.fingerprint`): outlives erasure.
    fingerprint = models.BinaryField(max_length=16)
    reason = models.CharField(max_length=20, choices=Reason)
    source = models.CharField(
        max_length=12, choices=Source, default=Source.MEMBER, db_default="member"
    )
    # What the member said who added it.
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    campaign_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "fingerprint", "reason"], name="audience_suppression_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} at {self.at}"


class SuppressedDomain(models.Model):
    """A domain that this workspace must not mail, with all its subdomains.

    Whether an address is under one is asked by `audience_domains` of its migration.
    """

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="suppressed_domains", db_index=False
    )
    # In ASCII lower case, without a dot at either end.
    domain = models.CharField(max_length=253)
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # Also what launch, claim and import look an address's domains up in.
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "domain"], name="audience_suppresseddomain_once"
            )
        ]

    def __str__(self) -> str:
        return self.domain
