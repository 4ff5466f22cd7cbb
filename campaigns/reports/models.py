"""What reports keep of their own: how lists changed day by day."""

from __future__ import annotations

from django.db import models

from campaigns.accounts.models import Workspace
from campaigns.audience.models import List
from campaigns.reports.querysets.days import DayCountingQuerySet


class ListDay(models.Model):
    """A list on one day of its workspace's time zone: how it changed, and its size in the end.

    A day that is over stays as it was counted: people who are erased later, or come back,
    do not change what happened. Days on which nothing happened may be missing.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    list = models.ForeignKey(List, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    joined = models.PositiveIntegerField(default=0)
    # Who left, by how: the mail program's button, the link in the mail, a member for them,
    left_button = models.PositiveIntegerField(default=0)
    left_page = models.PositiveIntegerField(default=0)
    left_member = models.PositiveIntegerField(default=0)
    # or because their address must not be mailed any more.
    bounced = models.PositiveIntegerField(default=0)
    complained = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)
    # Subscribed and mailable at the day's end; of today, until now.
    size = models.PositiveIntegerField()
    # Of them, who may be measured one by one, and who of those was seen of late. Not known of
    # days before the first count.
    measurable = models.PositiveIntegerField(null=True)
    active = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "day"], name="reports_listday_once"),
        ]
        # For the growth of all lists of a workspace together.
        indexes = [models.Index(fields=["workspace", "day"], name="reports_listday_workspace")]

    def __str__(self) -> str:
        return f"{self.list_id} on {self.day}"


class DayCounting(models.Model):
    """How far the days of a workspace are counted, and when it is time again."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    # Another zone has other days: then they are counted anew.
    zone = models.CharField(max_length=64, blank=True)
    last_day = models.DateField(null=True)
    counted_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    objects = DayCountingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"days of {self.workspace_id} until {self.last_day}"
