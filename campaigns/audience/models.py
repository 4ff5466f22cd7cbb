"""People, the lists they are on, what they agreed to, and who must not be mailed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace


class Consent(models.TextChoices):
    """What a person last said about being measured."""

    UNKNOWN = "unknown", _("Not asked")
    GRANTED = "granted", _("Agreed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Contact(models.Model):
    """A person, once per workspace, known by address."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="contacts")
    email = models.CharField(_("e-mail"), max_length=254)
    # `addresses.key(email)`: case-folded, IDNA domain. Uniqueness and joins use this.
    email_key = models.CharField(max_length=254)
    # `addresses.fingerprint(email_key)`: what suppressions are joined by.
    fingerprint = models.BinaryField(max_length=16)
    first_name = models.CharField(_("first name"), max_length=120, blank=True)
    last_name = models.CharField(_("last name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    # Further columns of an import: {"company": "Acme", …}; names match [a-z][a-z0-9_]*.
    fields = models.JSONField(default=dict)
    # The newest row of the consent ledger, kept beside the person for launching.
    measuring = models.CharField(max_length=10, choices=Consent, default=Consent.UNKNOWN)
    # Raised by each withdrawal; tokens of an older epoch collect nothing.
    consent_epoch = models.PositiveIntegerField(default=0)
    # A date and no more, for people who agreed: see docs/privacy.md.
    last_seen_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email_key"], name="audience_contact_once")
        ]

    def __str__(self) -> str:
        return self.email


class List(models.Model):
    """People who get the same mailings."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="lists")
    name = models.CharField(_("name"), max_length=120)
    # Said to recipients on the unsubscribe page.
    description = models.CharField(_("description"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="audience_list_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A contact on a list."""

    class Status(models.TextChoices):
        SUBSCRIBED = "subscribed", _("Subscribed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    class Basis(models.TextChoices):
        """Why this person may be mailed; GDPR art. 6, ePrivacy art. 13."""

        CONSENT = "consent", _("They asked for it")
        CUSTOMER = "customer", _("They are customers, and can object")
        OTHER = "other", _("Another basis, described")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    list = models.ForeignKey(List, models.CASCADE, related_name="subscriptions")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=12, choices=Status, default=Status.SUBSCRIBED)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.CONSENT)
    basis_note = models.CharField(max_length=300, blank=True)
    subscribed_at = models.DateTimeField(auto_now_add=True)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "contact"], name="audience_subscription_once"),
            models.CheckConstraint(
                condition=models.Q(status="subscribed", unsubscribed_at__isnull=True)
                | models.Q(status="unsubscribed", unsubscribed_at__isnull=False),
                name="audience_subscription_end_has_time",
            ),
        ]
        # For launching: who is on this list now, in contact order.
        indexes = [
            models.Index(
                fields=["list", "contact"],
                name="audience_subscribed",
                condition=models.Q(status="subscribed"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} on {self.list_id}: {self.status}"


class Unsubscription(models.Model):
    """A person left a list, and through which campaign. Kept, so that reports can count it."""

    class Source(models.TextChoices):
        ONE_CLICK = "one_click", _("The mail program's own button")
        PAGE = "page", _("The link in the mail")
        MEMBER = "member", _("A member of the workspace")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="unsubscriptions")
    list = models.ForeignKey(List, models.SET_NULL, null=True, related_name="+")
    # Plain ids: campaigns and deliveries live in higher rooms.
    campaign_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10, choices=Source)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # For a campaign's report.
        indexes = [models.Index(fields=["campaign_id"], name="audience_unsub_campaign")]

    def __str__(self) -> str:
        return f"{self.contact_id} left {self.list_id}"


class ConsentEntry(models.Model):
    """One line of the consent ledger: append-only, the newest line counts."""

    class Source(models.TextChoices):
        IMPORT = "import", _("Import")
        PREFERENCES = "preferences", _("Preferences page")
        MEMBER = "member", _("A member of the workspace")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consent_entries")
    state = models.CharField(max_length=10, choices=Consent)
    source = models.CharField(max_length=12, choices=Source)
    # What the person was told and how we know: {"statement": …, "import_id": …, …}.
    evidence = models.JSONField(default=dict)
    # When the person said so (an import may carry it), and when we wrote it down.
    said_at = models.DateTimeField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        # For a contact's page, newest first.
        indexes = [models.Index(fields=["contact", "-id"], name="audience_consent_newest")]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.state}"


class Suppression(models.Model):
    """An address that this workspace must not mail, whatever list it is on."""

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce", _("The address does not exist")
        COMPLAINT = "complaint", _("Reported as spam")
        UNSUBSCRIBED_ALL = "unsubscribed_all", _("Wants nothing any more")
        MANUAL = "manual", _("Added by a member")
        ERASED = "erased", _("Asked to be erased")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="suppressions")
    # Keyed BLAKE2 of the address key (`addresses.fingerprint`): outlives erasure.
    fingerprint = models.BinaryField(max_length=16)
    reason = models.CharField(max_length=20, choices=Reason)
    campaign_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "fingerprint"], name="audience_suppression_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} at {self.at}"


class Import(models.Model):
    """A file of people on its way into a list."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting for its columns")
        QUEUED = "queued", _("Waiting to start")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="imports")
    list = models.ForeignKey(List, models.CASCADE, related_name="imports")
    file = models.FileField(upload_to="imports/%Y/%m/")
    filename = models.CharField(max_length=200)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=1, default=",")
    # {"0": "email", "1": "first_name", "2": "", "5": "field:company", "7": "measuring"}.
    mapping = models.JSONField(default=dict)
    basis = models.CharField(max_length=10, choices=Subscription.Basis, blank=True)
    basis_note = models.CharField(max_length=300, blank=True)
    # How the people of this file answered about being measured.
    measuring = models.CharField(max_length=10, choices=Consent, default=Consent.UNKNOWN)
    measuring_statement = models.CharField(max_length=500, blank=True)
    measuring_said_on = models.DateField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    contacts_created = models.PositiveIntegerField(default=0)
    contacts_updated = models.PositiveIntegerField(default=0)
    contacts_unchanged = models.PositiveIntegerField(default=0)
    subscriptions_created = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.filename}: {self.status}"


class ImportReject(models.Model):
    """A row that was not imported, and why."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    of = models.ForeignKey(Import, models.CASCADE, related_name="rejects")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    cells = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["of", "line"], name="audience_reject_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
