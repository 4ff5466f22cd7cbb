"""Providers that track behind our back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.accounts.models import Provider, User
from campaigns.composing.models import Campaign


class Leak(models.Model):
    """A provider told of opens or clicks, though every mail asks it to record none."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="leaks", db_index=False)
    # Of the mail it told of last; nothing of who did what is kept.
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, related_name="+")
    opens = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    # Of these: about people of whom we ourselves may not record it.
    unagreed = models.PositiveIntegerField(default=0)
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # The owners were told by mail.
    told_at = models.DateTimeField(null=True)
    # A member switched it off; mails handed over after that count anew.
    mended_at = models.DateTimeField(null=True)
    mended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            # Two events at once raise one alarm.
            models.UniqueConstraint(
                fields=["provider"], name="sending_leak_once", condition=Q(mended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.opens} opens, {self.clicks} clicks"
