"""Campaigns: what is said, to whom, and from whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Sender, Workspace
from campaigns.audience.models import List, Segment
from campaigns.audience.models import Tracking as _Tracking
from campaigns.composing.approving.models import Approval, Comment
from campaigns.composing.brands.models import Brand
from campaigns.composing.history.models import Version
from campaigns.composing.pictures.models import Picture, PictureFolder
from campaigns.composing.proofing.models import LinkLook
from campaigns.composing.publishing.models import PublicPage, Showing
from campaigns.composing.querysets import EDITABLE, CampaignQuerySet
from campaigns.composing.sunset.models import Spared, SunsetRule
from campaigns.composing.templating.models import SavedBlock, Template
from campaigns.composing.thumbnails.models import Thumbnail

# Modules of their own; Django finds models through this one.
__all__ = [
    "Approval",
    "Brand",
    "Campaign",
    "Comment",
    "LinkLook",
    "Picture",
    "PictureFolder",
    "PublicPage",
    "Revision",
    "SavedBlock",
    "SegmentUse",
    "Showing",
    "Spared",
    "SunsetRule",
    "Template",
    "Thumbnail",
    "Version",
]


class Campaign(models.Model):
    """One mailing."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PREPARING = "preparing", _("Preparing")
        SENDING = "sending", _("Sending")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")
        MISSED = "missed", _("Missed its time")
        FAILED = "failed", _("Failed")

    class PauseCause(models.TextChoices):
        """Who or what paused it; `pause_reason` says it in words."""

        USER = "user", _("A member")
        BREAKER = "breaker", _("Too much went wrong")
        ERRORS = "errors", _("One refusal after the other")
        PROVIDER = "provider", _("The provider takes nothing")
        FAILOVER = "failover", _("The database changed over")
        CLONE = "clone", _("The database is a copy")
        CANARY = "canary", _("The first few went wrong")
        SENDER = "sender", _("Too much went wrong with its sender")

    class Format(models.TextChoices):
        BLOCKS = "blocks", _("Blocks")
        MARKDOWN = "markdown", _("Markdown")
        HTML = "html", _("HTML")
        MJML = "mjml", _("MJML")

    # The most a campaign may record; the weakest of this, its lists, workspace and person wins.
    Tracking = _Tracking

    class OnUnknown(models.TextChoices):
        """What to do about a mail of which nobody can know whether it arrived."""

        HOLD = "hold", _("Leave it: nobody gets the mail twice")
        RETRY = "retry", _("Send it once more: some may get the mail twice")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="campaigns")
    name = models.CharField(_("name"), max_length=150)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    preheader = models.CharField(_("preheader"), max_length=250, blank=True)
    sender = models.ForeignKey(
        Sender, models.PROTECT, null=True, blank=True, related_name="campaigns"
    )
    reply_to = models.EmailField(_("reply-to address"), max_length=254, blank=True)
    lists = models.ManyToManyField(List, related_name="campaigns", blank=True)
    # Of these lists, only people who got that campaign and are known not to have opened it.
    # Not set to null with it: a mail for few would become one for all.
    non_openers_of = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="reminders"
    )
    on_unknown = models.CharField(
        max_length=5, choices=OnUnknown, default=OnUnknown.HOLD, db_default="hold"
    )
    # What the mail is read out in, and its footer written in. Empty: the workspace's language.
    language = models.CharField(_("language"), max_length=10, blank=True, default="", db_default="")
    format = models.CharField(max_length=10, choices=Format, default=Format.MARKDOWN)
    body = models.TextField(_("body"), blank=True)
    # Empty: derived from the body.
    text = models.TextField(_("plain text"), blank=True)
    # Of pasted HTML: copy the rules of its <style> into the elements, for mail programs
    # that know no <style>.
    inline_css = models.BooleanField(_("inline styles"), default=True)
    # What links tell the website they lead to; empty marks are left out.
    utm_source = models.CharField(max_length=100, blank=True, default="", db_default="")
    utm_medium = models.CharField(max_length=100, blank=True, default="", db_default="")
    utm_campaign = models.CharField(max_length=100, blank=True, default="", db_default="")
    tracking = models.CharField(max_length=10, choices=_Tracking, default=_Tracking.INDIVIDUAL)
    # Who may be measured, where that is fewer than the workspace and the lists allow.
    policy = models.CharField(
        max_length=10, choices=Workspace.Policy, blank=True, default="", db_default=""
    )
    # From then on nothing is collected, of mails that are out either.
    measuring_stopped_at = models.DateTimeField(null=True, blank=True)
    # Raised when what is sent changes; deliveries remember theirs.
    revision = models.PositiveIntegerField(default=1)
    # Raised by every save of a form, so that two open tabs cannot undo each other.
    version = models.PositiveIntegerField(default=1)
    # The open page that saved last: its own earlier save is no conflict to it.
    last_tab = models.CharField(max_length=36, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    pause_reason = models.CharField(max_length=300, blank=True)
    pause_cause = models.CharField(max_length=10, choices=PauseCause, blank=True)
    # Of a large audience, a few get it first, and the rest waits for what becomes of them.
    canary_first = models.BooleanField(default=True)
    # The moment to launch, and the zone and wall time the marketer chose it in.
    scheduled_at = models.DateTimeField(null=True, blank=True)
    scheduled_zone = models.CharField(max_length=64, blank=True)
    scheduled_date = models.DateField(null=True, blank=True)
    scheduled_time = models.TimeField(null=True, blank=True)
    # Each person gets it when their own clock shows that time.
    scheduled_locally = models.BooleanField(default=False)
    launched_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(scheduled_at__isnull=False),
                name="composing_campaign_scheduled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(scheduled_locally=False)
                | Q(scheduled_date__isnull=False, scheduled_time__isnull=False),
                name="composing_campaign_local_has_wall_time",
            ),
        ]
        indexes = [
            # For CampaignQuerySet.due(), asked by every beat tick.
            models.Index(
                fields=["scheduled_at"],
                name="composing_campaign_due",
                condition=Q(status="scheduled"),
            ),
            # For the campaign list, newest first.
            models.Index(fields=["workspace", "-created_at"], name="composing_campaign_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_editable(self) -> bool:
        """Whether the content may still change."""
        return self.status in EDITABLE

    @property
    def is_draft(self) -> bool:
        """Whether everything may still change, the audience included."""
        return self.status == self.Status.DRAFT

    @property
    def spoken(self) -> str:
        """Return the language that the mail is in: its own, else the workspace's."""
        return self.language or self.workspace.language


class SegmentUse(models.Model):
    """A segment that narrows whom a campaign reaches: only its people, or all but them."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="segment_uses")
    # Null: it was deleted, and nobody is reached until somebody chooses anew.
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="+")
    # As it was called when it was chosen, for when it is deleted.
    name = models.CharField(max_length=120)
    excludes = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "segment"], name="composing_segment_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {'without' if self.excludes else 'only'} {self.name}"


class Revision(models.Model):
    """The content of a campaign as it was frozen for sending. Never changed once saved."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=250)
    preheader = models.CharField(max_length=250, blank=True)
    from_name = models.CharField(max_length=120)
    from_email = models.EmailField(max_length=254)
    reply_to = models.EmailField(max_length=254, blank=True)
    unsubscribe_mailbox = models.EmailField(max_length=254, blank=True)
    postal_address = models.TextField(max_length=500, blank=True)
    # Empty in those from before campaigns could choose: the workspace's.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    # RFC 2919: the name and the label of the List-Id.
    list_name = models.CharField(max_length=120, blank=True)
    list_key = models.CharField(max_length=60, blank=True)
    # Whether what is quoted in a merge tag is words and no HTML, as HTML is text in Markdown.
    words = models.BooleanField(default=False, db_default=False)
    # Liquid, before links are counted and the footer is on.
    html = models.TextField()
    text = models.TextField()
    # {url: number}, as tracking registered them.
    links = models.JSONField(default=dict)
    # {key: question}, of the segments that parts of it are for.
    segments = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="composing_revision_once")
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.campaign_id}"
