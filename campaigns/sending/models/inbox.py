"""The local inbox."""

from __future__ import annotations

from django.db import models

from campaigns.accounts.models import Workspace
from campaigns.sending.inbox.querysets import InboxMailQuerySet


class InboxMail(models.Model):
    """A mail that the local inbox took, as it came in."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="inbox")
    # Of the Message-ID, so that tests and people can tell what a mail belongs to.
    delivery_uuid = models.UUIDField(null=True)
    from_address = models.CharField(max_length=300)
    to_address = models.CharField(max_length=300)
    subject = models.CharField(max_length=300, blank=True)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)

    objects = InboxMailQuerySet.as_manager()

    class Meta:
        # For the inbox page, newest first.
        indexes = [models.Index(fields=["workspace", "-id"], name="sending_inbox_newest")]

    def __str__(self) -> str:
        return f"mail {self.pk}"
