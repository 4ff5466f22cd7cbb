"""Decisions about many deliveries, on their way to being carried out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import User, Workspace
from campaigns.composing.models import Campaign


class Chance(models.Model):
    """Another chance for many deliveries of a campaign: who decided it, and how far it is.

    Carried out piece by piece, each in the transaction that says so here, and gone when it
    is done: the audit log keeps it then.
    """

    class Kind(models.TextChoices):
        RETRY = "retry", _("Trying failed mails again")
        RESEND = "resend", _("Sending again to the unconfirmed")
        JOINED = "joined", _("Sending to those who joined since")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    # One at a time: two would look at the same rows.
    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="chance")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    # The moment that the person had before their eyes.
    as_of = models.DateTimeField()
    # Of a retry: for which reasons, as `reasons.groups` names them.
    keys = ArrayField(models.CharField(max_length=100), default=list)
    edit_first = models.BooleanField(default=False)
    # Of a crowd that joined, a few get it first: of the deliveries with a higher number.
    few_after = models.BigIntegerField(null=True)
    # The last delivery, or newcomer, that was looked at.
    after = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} for {self.campaign_id}: {self.done} so far"
