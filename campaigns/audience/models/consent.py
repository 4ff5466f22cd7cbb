"""What people said about mails and about being measured, and the words they answered to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace


class Consent(models.TextChoices):
    """What a person last said about being measured."""

    UNKNOWN = "unknown", _("Not asked")
    GRANTED = "granted", _("Agreed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Purpose(models.TextChoices):
    """What people agree to. Who agrees to one has not agreed to another."""

    OPENS = "opens", _("When mails are opened")
    CLICKS = "clicks", _("Which links are followed")
    # Said in one answer.
    BOTH = "both", _("Opens and clicks")
    # To get a list's mails: said on a form, and confirmed by mail.
    MAIL = "mail", _("Getting mails")


class Notice(models.Model):
    """Words that people answered to, exactly as shown. Another word makes another version."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    text = models.TextField()
    # Of the text in UTF-8, in hexadecimal.
    sha256 = models.CharField(max_length=64)
    first_shown_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="audience_notice_once"),
            models.UniqueConstraint(
                fields=["workspace", "version"], name="audience_notice_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of {self.workspace_id}"


class ConsentEntry(models.Model):
    """One line of the consent ledger: the newest line about a purpose counts.

    Of mail there are lines for each list: evidence says which, as {"list": …, "name": …}.

    Append-only: the database refuses to change a line, and it goes only with the person.
    """

    class Source(models.TextChoices):
        IMPORT = "import", _("Import")
        PREFERENCES = "preferences", _("Preferences page")
        MEMBER = "member", _("A member of the workspace")
        FORM = "form", _("Sign-up form")
        PAGE = "page", _("The link in the mail")
        ONE_CLICK = "one_click", _("The mail program's own button")
        COMPLAINT = "complaint", _("A complaint")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(
        "audience.Contact", models.CASCADE, related_name="consent_entries", db_index=False
    )
    purpose = models.CharField(
        max_length=10, choices=Purpose, default=Purpose.BOTH, db_default="both"
    )
    state = models.CharField(max_length=10, choices=Consent)
    source = models.CharField(max_length=12, choices=Source)
    # What the person was told; none where nobody noted the words.
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+", db_index=False)
    # How else we know: {"import": …, "file": …} or {"campaign": …}.
    evidence = models.JSONField(default=dict)
    # When the person said so (an import may carry it), and when we wrote it down.
    said_at = models.DateTimeField(null=True)
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        # For a contact's page, newest first.
        indexes = [models.Index(fields=["contact", "-id"], name="audience_consent_newest")]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.state} ({self.purpose})"
