"""What a campaign said after a save."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import models

from campaigns.accounts.models import Workspace
from campaigns.composing.history.querysets import VersionQuerySet


class Version(models.Model):
    """The content of a campaign as somebody saved it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    campaign = models.ForeignKey("Campaign", models.CASCADE, related_name="versions")
    # The campaign's own count of saves, as of the last one in here.
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=250, blank=True)
    preheader = models.CharField(max_length=250, blank=True)
    format = models.CharField(max_length=10)
    body = models.TextField(blank=True)
    text = models.TextField(blank=True)
    inline_css = models.BooleanField(default=True)
    # Null: it was there before versions were kept, or the member is gone.
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # The open page that saved it: what it saves a moment later joins this version.
    tab = models.CharField(max_length=36, blank=True)
    # Which version it brought back.
    restored = models.PositiveIntegerField(null=True)
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="composing_version_once")
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.campaign_id}"

    @property
    def way(self) -> str:
        """How it was written, in words."""
        ways = apps.get_model("composing", "Campaign").Format
        return str(ways(self.format).label)
