"""Contacts, the lists they are on, and the further fields a workspace keeps of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience import addresses
from campaigns.audience.field_querysets import FieldQuerySet
from campaigns.audience.list_querysets import ListManager, ListQuerySet, SubscriptionQuerySet
from campaigns.audience.models.consent import Consent
from campaigns.audience.models.tracking import Tracking
from campaigns.audience.querysets import ContactQuerySet


class Contact(models.Model):
    """A person, once per workspace, known by address."""

    # Foreign keys here have no index of their own where a constraint's or no query needs it.
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="contacts", db_index=False
    )
    # As mail is sent to it: `addresses.check(…)`.
    email = models.CharField(_("e-mail"), max_length=254)
    # `addresses.key(email)`: case-folded, IDNA domain. Uniqueness and joins use this.
    email_key = models.CharField(max_length=254)
    # `addresses.fingerprint(workspace_id, email_key)`: what suppressions are joined by.
    fingerprint = models.BinaryField(max_length=16)
    first_name = models.CharField(_("first name"), max_length=120, blank=True)
    last_name = models.CharField(_("last name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Where they click, for people who agreed: serves where the zone above is empty.
    learned_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    country = models.CharField(_("country"), max_length=2, blank=True)
    # Further columns of an import: {"company": "Acme", …}; keys are those of `Field`.
    fields = models.JSONField(default=dict)
    # The newest row of the consent ledger, kept beside the person for launching: about opens,
    # and about clicks unless the next field says otherwise.
    measuring = models.CharField(
        _("measuring"), max_length=10, choices=Consent, default=Consent.UNKNOWN
    )
    # What they said about clicks, where it differs; empty: the same.
    measuring_clicks = models.CharField(
        max_length=10, choices=Consent, blank=True, default="", db_default=""
    )
    # Raised by each refusal; tokens of an older epoch collect nothing.
    consent_epoch = models.PositiveIntegerField(default=0)
    # Nothing is mailed to them before: they asked for a pause.
    paused_until = models.DateTimeField(null=True)
    # A date and no more, for people who agreed: see docs/privacy.md.
    last_seen_on = models.DateField(null=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email_key"], name="audience_contact_once")
        ]
        # For the contacts page, newest first; an import's people all came at one moment. It is
        # read backwards: so the newest come last, where an index grows three times as fast.
        indexes = [
            models.Index(fields=["workspace", "created_at", "id"], name="audience_contact_arrival"),
            # For the pages sorted by answer. One by name would take an import half as long
            # again: names come in no order.
            models.Index(fields=["workspace", "measuring", "id"], name="audience_contact_answer"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        """First and last name, or nothing."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def readable_email(self) -> str:
        """The address with an international domain in its own letters."""
        return addresses.readable(self.email)


def _no_choices() -> list[str]:
    return []


class Field(models.Model):
    """Something a workspace keeps of its contacts beyond what all workspaces do."""

    class Kind(models.TextChoices):
        """What its values are; `typed_values` reads and writes them."""

        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("Choice")

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="contact_fields", db_index=False
    )
    # What merge tags say: {{ contact.company }}.
    key = models.CharField(max_length=40)
    label = models.CharField(_("label"), max_length=80)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, default=Kind.TEXT, db_default="text"
    )
    # The words of a choice, in the order in which people see them.
    choices = models.JSONField(_("choices"), default=_no_choices, db_default=[])
    # Where it stands among the others; equals are sorted by label.
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Whether the pages of contacts have a column for it.
    is_listed = models.BooleanField(default=False, db_default=False)
    # When a member deleted it. It can be taken back for a while; then its values go, and it.
    leaving_since = models.DateTimeField(null=True)
    # Its kind was changed, and values are being turned into the new one; by whom.
    is_retyping = models.BooleanField(default=False, db_default=False)
    retyped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = FieldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="audience_field_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "date", "yes_no", "choice"]),
                name="audience_field_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="audience_field_key_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class List(models.Model):
    """People who get the same mailings."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="lists", db_index=False)
    name = models.CharField(_("name"), max_length=120)
    # Said to recipients on the unsubscribe page.
    description = models.CharField(_("description"), max_length=300, blank=True)
    # How mails to this list may measure, where that is less than the workspace allows.
    policy = models.CharField(
        _("who may be measured"),
        max_length=10,
        choices=Workspace.Policy,
        blank=True,
        default="",
        db_default="",
    )
    tracking = models.CharField(
        _("what may be recorded"),
        max_length=10,
        choices=Tracking,
        default=Tracking.INDIVIDUAL,
        db_default="individual",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # When a member deleted it, who, and how far that is; see `deleting`.
    leaving_since = models.DateTimeField(null=True)
    leaving_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    leaving = models.JSONField(default=dict, db_default={})

    # Those that are being deleted are nowhere to be found or chosen.
    objects = ListManager()
    everything = ListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                name="audience_list_name_once",
                condition=Q(leaving_since__isnull=True),
            )
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

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    list = models.ForeignKey(List, models.CASCADE, related_name="subscriptions", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=12, choices=Status, default=Status.SUBSCRIBED)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis, default=Basis.CONSENT)
    basis_note = models.CharField(_("note on the basis"), max_length=300, blank=True)
    subscribed_at = models.DateTimeField(auto_now_add=True)
    unsubscribed_at = models.DateTimeField(null=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "contact"], name="audience_subscription_once"),
            models.CheckConstraint(
                condition=Q(status="subscribed", unsubscribed_at__isnull=True)
                | Q(status="unsubscribed", unsubscribed_at__isnull=False),
                name="audience_subscription_end_has_time",
            ),
        ]
        indexes = [
            # For ListQuerySet.with_counts(): those who left, beside all whom `once` knows.
            models.Index(
                fields=["list"],
                name="audience_subscription_left",
                condition=Q(unsubscribed_at__isnull=False),
            ),
            # For the page of a list, who joined or left last first. An import's people all did
            # at one moment.
            models.Index(
                "list",
                Coalesce("unsubscribed_at", "subscribed_at"),
                "contact",
                name="audience_subscription_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} on {self.list_id}: {self.status}"
