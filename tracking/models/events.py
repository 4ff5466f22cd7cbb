"""What tracking keeps: links to redirect to, events, and what people did.

Everything refers to campaigns, deliveries and contacts by plain ids: tracking knows
nothing of them, so that it can run on hosts of its own.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest

from tracking.bits import Bits
from tracking.querysets import EngagementQuerySet, MergedQuerySet, MutedQuerySet


class TrackedCampaign(models.Model):
    """A campaign whose mails may come back: all that tracking knows of it."""

    campaign_id = models.BigIntegerField(primary_key=True)
    workspace_id = models.BigIntegerField()
    # From then on its mails collect nothing, not even totals.
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.campaign_id} of {self.workspace_id}"


class Link(models.Model):
    """An address that a campaign's mails lead to. Redirects go nowhere else."""

    workspace_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    # Numbers are never reused: mails that are out go on pointing to the same place.
    number = models.PositiveIntegerField()
    url = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "number"], name="tracking_link_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"link {self.number} of {self.campaign_id}"


class Muted(models.Model):
    """A contact who withdrew: tokens of an epoch before this one collect nothing.

    Opens and clicks apart, as people may take back one of them.
    """

    contact_id = models.BigIntegerField(primary_key=True)
    epoch = models.PositiveIntegerField(default=0)
    click_epoch = models.PositiveIntegerField(default=0)

    objects = MutedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.contact_id} before epochs {self.epoch} and {self.click_epoch}"


class Merged(models.Model):
    """A contact who is another one by now: what their mails tell is about that one."""

    contact_id = models.BigIntegerField(primary_key=True)
    into_id = models.BigIntegerField(db_index=True)

    objects = MergedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.contact_id} is {self.into_id}"


class SpoolPosition(models.Model):
    """How far a spool segment has been drained; moves with the rows it became."""

    segment = models.CharField(max_length=120, primary_key=True)
    offset = models.BigIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.segment} at {self.offset}"


class Kind(models.TextChoices):
    OPEN = "open"
    CLICK = "click"


class Mode(models.TextChoices):
    AGGREGATE = "aggregate"
    INDIVIDUAL = "individual"


class Event(models.Model):
    """One open or click. Partitioned by month; rows go after the retention, counts stay.

    Neither address nor user agent is here: only what was derived from them.
    """

    workspace_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    # Null in aggregate mode, where nobody is known.
    delivery_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    mode = models.CharField(max_length=10, choices=Mode)
    kind = models.CharField(max_length=5, choices=Kind)
    number = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    # See `classify.py` for the classes, the reasons and the version of the rules.
    verdict = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    rules = models.PositiveSmallIntegerField()
    country = models.CharField(max_length=2, blank=True)
    device = models.CharField(max_length=20, blank=True)
    os = models.CharField(max_length=40, blank=True)
    client = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=3, blank=True, db_default="")
    # Only of persons who may be known, and only if the operator's file knows it.
    region = models.CharField(max_length=80, blank=True, db_default="")
    city = models.CharField(max_length=80, blank=True, db_default="")
    # Of a person's own click: what a contact's time zone is learned from.
    time_zone = models.CharField(max_length=64, blank=True, db_default="")
    # What the verdict rests on, to be judged again by: see `classify.Signals`.
    family = models.CharField(max_length=20, blank=True, db_default="")
    network = models.CharField(max_length=12, blank=True, db_default="")
    flags = models.CharField(max_length=8, blank=True, db_default="")
    age = models.SmallIntegerField(null=True)
    beside = models.CharField(max_length=16, blank=True, db_default="")

    class Meta:
        # The table and its indexes are made by hand, as partitions: see the migration.
        indexes = [
            # For a campaign's export of events, in order.
            models.Index(fields=["campaign_id", "at"], name="tracking_event_campaign"),
            # For a contact's timeline, and for erasing a contact's rows.
            models.Index(
                fields=["contact_id"],
                name="tracking_event_contact",
                condition=Q(contact_id__isnull=False),
            ),
            # For dropping rows past their time; they come in the order of time.
            BrinIndex(fields=["at"], name="tracking_event_at"),
            # For the hits on one link, and for those of machines: a few of very many.
            models.Index(
                fields=["campaign_id", "number", "at"],
                name="tracking_event_link",
                condition=Q(kind="click"),
            ),
            models.Index(
                fields=["campaign_id", "at"],
                name="tracking_event_machine",
                condition=Q(verdict__in=["prefetch", "scanner", "self"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.campaign_id}: {self.verdict}"


class Engagement(models.Model):
    """What one person did with one campaign, in individual mode."""

    workspace_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    contact_id = models.BigIntegerField()
    # By a person, perhaps by one, by a machine.
    opens_sure = models.PositiveIntegerField(default=0)
    opens_uncertain = models.PositiveIntegerField(default=0)
    opens_machine = models.PositiveIntegerField(default=0)
    clicks_sure = models.PositiveIntegerField(default=0)
    clicks_uncertain = models.PositiveIntegerField(default=0)
    clicks_machine = models.PositiveIntegerField(default=0)
    # By a person only.
    first_open_at = models.DateTimeField(null=True)
    first_click_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    # The last hit of any kind: what the retention counts from.
    latest_at = models.DateTimeField(null=True)
    # The person's opens are not to be known, so their click tells of no open.
    clicks_only = models.BooleanField(default=False, db_default=False)
    country = models.CharField(max_length=2, blank=True)
    device = models.CharField(max_length=20, blank=True)
    os = models.CharField(max_length=40, blank=True)
    client = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=3, blank=True, db_default="")
    region = models.CharField(max_length=80, blank=True, db_default="")
    city = models.CharField(max_length=80, blank=True, db_default="")

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "delivery_id"], name="tracking_engagement_once"
            )
        ]
        indexes = [
            models.Index(fields=["contact_id"], name="tracking_engagement_contact"),
            # For evidence on deliveries whose hand-over was not confirmed.
            models.Index(fields=["delivery_id"], name="tracking_engagement_delivery"),
            # For segments: who did something for the first time in the last days. Most writes of
            # a row leave it as it is.
            models.Index(
                "campaign_id",
                Greatest("first_open_at", "first_click_at"),
                name="tracking_engagement_first",
                condition=Q(first_open_at__isnull=False) | Q(first_click_at__isnull=False),
            ),
            # For letting go what is past its time; rows come in about that order.
            BrinIndex(fields=["latest_at"], name="tracking_engagement_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} of {self.campaign_id}"


class LinkClicker(models.Model):
    """A delivery through which a person clicked a link: makes "people per link" exact."""

    campaign_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    delivery_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "number", "delivery_id"], name="tracking_clicker_once"
            )
        ]
        # For erasing what a person did.
        indexes = [models.Index(fields=["delivery_id"], name="tracking_clicker_delivery")]

    def __str__(self) -> str:
        return f"{self.delivery_id} on link {self.number}"


class DeedBits(models.Model):
    """What the contacts of a block did with a campaign, a bit each: `Engagement` once more.

    Triggers of the database keep it, in the transaction that writes of it (a migration made
    them); `bits.renew` makes it anew.
    """

    campaign_id = models.BigIntegerField()
    block = models.BigIntegerField()
    # Surely by a person, and those perhaps by one: the same as `EngagementQuerySet` says.
    opened = Bits()
    perhaps_opened = Bits()
    clicked = Bits()
    perhaps_clicked = Bits()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign_id", "block"], name="tracking_deedbits_once")
        ]

    def __str__(self) -> str:
        return f"block {self.block} in {self.campaign_id}"
