"""What was found at the end of links."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.proofing.querysets import LinkLookQuerySet


class LinkLook(models.Model):
    """A link that a mail of the workspace has, and what was there when it was looked at."""

    class Trouble(models.TextChoices):
        NONE = "", _("None")
        GONE = "gone", _("No such page")
        ERROR = "error", _("An error")
        NO_HOST = "no_host", _("No such host")
        PRIVATE = "private", _("A private network")
        CERTIFICATE = "certificate", _("A bad certificate")
        LOOP = "loop", _("Redirects without end")
        SILENT = "silent", _("No answer")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    # Of the address, which may be longer than an index takes.
    key = models.CharField(max_length=64)
    url = models.TextField()
    asked_at = models.DateTimeField()
    # Empty: nobody has looked yet.
    looked_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    trouble = models.CharField(max_length=11, choices=Trouble, blank=True)
    moved_to = models.TextField(blank=True)

    objects = LinkLookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="composing_linklook_once")
        ]
        indexes = [
            # For LinkLookQuerySet.waiting().
            models.Index(
                fields=["workspace"],
                name="composing_linklook_waiting",
                condition=models.Q(looked_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.url
