"""Rules about people who were not seen for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models import BulkEdit, Contact, List, Segment


class SunsetRule(models.Model):
    """Whom a workspace asks whether they want to stay, on one list or any; a round at a time."""

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="sunset_rules", db_index=False
    )
    # Null: whoever is on any list.
    list = models.ForeignKey(List, models.CASCADE, null=True, related_name="+")
    months = models.PositiveSmallIntegerField(_("months"), default=6)
    answer_days = models.PositiveSmallIntegerField(_("days to answer"), default=14)
    # A member switched on that who does not answer is unsubscribed without a review; and who did.
    is_automatic = models.BooleanField(default=False)
    automatic_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # What the campaigns of this rule are narrowed by.
    segment = models.ForeignKey(
        Segment, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # The campaign that asks in this round; null: no round is under way.
    campaign = models.ForeignKey(
        "composing.Campaign", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # How the last round ended.
    last_edit = models.ForeignKey(
        BulkEdit, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "list"],
                name="composing_sunsetrule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(months__range=(1, 60), answer_days__range=(1, 90)),
                name="composing_sunsetrule_within_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months on {self.list_id or 'any list'}"

    @property
    def days(self) -> int:
        """The months as days, which segments count in."""
        return self.months * 365 // 12

    @property
    def due_at(self) -> datetime | None:
        """When those who were asked have had their time; None while mails may be on their way."""
        if self.campaign is None or self.campaign.finished_at is None:
            return None
        return self.campaign.finished_at + timedelta(days=self.answer_days)


class Spared(models.Model):
    """Somebody who did not answer in the round of a campaign, and stays: a member said so."""

    campaign = models.ForeignKey(
        "composing.Campaign", models.CASCADE, related_name="+", db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "contact"], name="composing_spared_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} stays in the round of {self.campaign_id}"
