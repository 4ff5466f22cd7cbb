"""What reports keep of their own: days of lists, saved reports, and links that show one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Member, Workspace
from campaigns.audience.models import List
from campaigns.composing.models import Campaign
from campaigns.reports.querysets.days import DayCountingQuerySet
from campaigns.reports.querysets.mailing import ReportMailQuerySet, ScheduleQuerySet
from campaigns.reports.querysets.sharing import ShareLinkQuerySet
from campaigns.reports.rhythm import Rhythm


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
    # All contacts, and those who may be mailed now.
    contacts = models.PositiveIntegerField(default=0)
    mailable = models.PositiveIntegerField(default=0)

    objects = DayCountingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"days of {self.workspace_id} until {self.last_day}"


class MailboxCount(models.Model):
    """What a large campaign's mails became at each domain, counted behind the pages."""

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, primary_key=True, related_name="mailbox_count"
    )
    counted_at = models.DateTimeField()
    # In seconds: what it costs to count again.
    took = models.FloatField()
    # How many opens and clicks had come by then.
    hits = models.PositiveBigIntegerField()
    # See `querysets.providers`: rows of `DomainRow`.
    rows = models.JSONField()

    def __str__(self) -> str:
        return f"mailboxes of {self.campaign_id} at {self.counted_at}"


class SavedReport(models.Model):
    """A page of reports with its filters, under a name."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="saved_reports")
    name = models.CharField(_("name"), max_length=120)
    # One of `kinds.KINDS`, and its question as its page writes it.
    kind = models.CharField(max_length=20)
    query = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], name="reports_savedreport_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """When a saved report is mailed to members of its workspace."""

    class Every(models.TextChoices):
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    report = models.OneToOneField(SavedReport, models.CASCADE, related_name="schedule")
    every = models.CharField(_("how often"), max_length=10, choices=Every, default=Every.WEEKLY)
    weekday = models.PositiveSmallIntegerField(_("on"), choices=Weekday, default=Weekday.MONDAY)
    day = models.PositiveSmallIntegerField(_("on day"), default=1)
    at = models.TimeField(_("at"))
    # The zone that `next_at` was reckoned in: another one of the workspace's makes it anew.
    zone = models.CharField(max_length=64)
    next_at = models.DateTimeField()

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, day__gte=1, day__lte=31),
                name="reports_schedule_day_exists",
            )
        ]
        # For ScheduleQuerySet.due(), asked by every beat tick.
        indexes = [models.Index(fields=["next_at"], name="reports_schedule_due")]

    def __str__(self) -> str:
        return f"{self.every} from {self.next_at}"

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every, self.at, self.weekday, self.day)


class Receiver(models.Model):
    """A member who gets a scheduled report, until they stop it."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="receivers")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "member"], name="reports_receiver_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} gets {self.schedule_id}"


class ReportMail(models.Model):
    """One report to one receiver for one due moment: there is never a second."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        # The intent is committed: the mail may have left.
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        # We cannot know, and do not send it again.
        UNKNOWN = "unknown", _("Not confirmed")

    receiver = models.ForeignKey(Receiver, models.CASCADE, related_name="mails")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    # Of a waiting mail: when it may be tried. Of one that is being sent: since when.
    since = models.DateTimeField()

    objects = ReportMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receiver", "due_at"], name="reports_mail_once")
        ]
        # For ReportMailQuerySet.waiting() and lost(), asked by every beat tick.
        indexes = [
            models.Index(
                fields=["since"],
                name="reports_mail_open",
                condition=Q(state__in=["pending", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.receiver_id} for {self.due_at}: {self.state}"


class ShareLink(models.Model):
    """A link that shows one campaign's report to whoever has it, until its day."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="share_links")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="share_links")
    # SHA-256 of the secret in the address, which is shown once and kept nowhere.
    digest = models.BinaryField(max_length=32, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # By somebody who was not signed in. The day alone: how often, when and who is not kept.
    last_opened_on = models.DateField(null=True)

    objects = ShareLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"link to the report of {self.campaign_id}"
