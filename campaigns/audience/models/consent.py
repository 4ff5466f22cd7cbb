"""What people said about being measured."""

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


class ConsentEntry(models.Model):
    """One line of the consent ledger: append-only, the newest line counts."""

    class Source(models.TextChoices):
        IMPORT = "import", _("Import")
        PREFERENCES = "preferences", _("Preferences page")
        MEMBER = "member", _("A member of the workspace")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(
        "audience.Contact", models.CASCADE, related_name="consent_entries", db_index=False
    )
    state = models.CharField(max_length=10, choices=Consent)
    source = models.CharField(max_length=12, choices=Source)
    # What the person was told and how we know: {"statement": …, "import_id": …, …}.
    evidence = models.JSONField(default=dict)
    # When the person said so (an import may carry it), and when we wrote it down.
    said_at = models.DateTimeField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        # For a contact's page, newest first.
        indexes = [models.Index(fields=["contact", "-id"], name="audience_consent_newest")]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.state}"
