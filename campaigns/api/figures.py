"""Campaigns and their figures as programs get them: each says what it counts, out of how many."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Schema
from pydantic import Field

from campaigns.api.shapes import PageOf, Turning
from campaigns.composing.models import Campaign
from campaigns.reports import figures, reading

Status = Literal[
    "draft",
    "scheduled",
    "preparing",
    "sending",
    "paused",
    "sent",
    "cancelled",
    "missed",
    "failed",
]


class CampaignShape(Schema):
    """A mailing. `lists` are the ids of those it goes to."""

    id: int
    name: str
    subject: str
    status: Status
    # Who or what paused it, in words.
    pause_reason: str
    lists: list[int]
    scheduled_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    created_at: datetime


class CampaignPage(PageOf):
    items: list[CampaignShape]


class WantedCampaigns(Turning):
    status: Status | None = Field(None, description="Only those in this state.")


class IntervalShape(Schema):
    """Where the true share lies, 95 times in 100 (Wilson)."""

    low: float
    high: float


class RateShape(Schema):
    """`count` of `of` people. `share` and `interval` are null of nobody."""

    count: int
    of: int
    share: float | None
    interval: IntervalShape | None


class BoundsShape(Schema):
    """People who did it for sure, and people who may have: between `low` and `high`."""

    sure: int
    uncertain: int
    of: int
    low: float | None
    high: float | None
    interval: IntervalShape | None


class Deliveries(Schema):
    """What became of the mails. `delivered`: sent, and not returned."""

    total: int
    sent: int
    delivered: int
    bounced: int
    failed: int
    unknown: int
    suppressed: int
    cancelled: int
    remaining: int


class AudienceShape(Schema):
    """Of how many of those delivered what may be recorded."""

    # Opens of so many people are measured one by one; of so many, clicks.
    measured: int
    clicks_measured: int
    # Of so many, only totals are kept; of so many, nothing.
    counted: int
    unrecorded: int


class Between(Schema):
    least: RateShape
    most: RateShape


class Totals(Schema):
    """Loads of images and clicks by people of whom only totals are kept: never people."""

    loads: int
    clicks: int


class ReportShape(Schema):
    """The figures of a campaign, as its page has them."""

    campaign: int
    # When deliveries were counted, where that was some time ago; null: just now.
    counted_at: datetime | None
    # So few are measured that each figure says something about a person.
    about_few: bool
    deliveries: Deliveries
    audience: AudienceShape
    opened: BoundsShape
    clicked: RateShape
    click_to_open: Between
    # Whoever or whatever loaded an image or followed a link, machines too.
    raw_opened: RateShape
    raw_clicked: RateShape
    bounced: RateShape
    complained: RateShape
    unsubscribed: RateShape
    # Null where those who are only counted are so few that it would be about each of them.
    totals: Totals | None


def told(one: Campaign) -> dict[str, Any]:
    """Return a campaign, its lists fetched along, as `CampaignShape` has it."""
    names = ("name", "subject", "status", "pause_reason")
    moments = ("scheduled_at", "launched_at", "finished_at", "created_at")
    plain = {name: getattr(one, name) for name in (*names, *moments)}
    return {"id": one.pk, "lists": sorted(each.pk for each in one.lists.all()), **plain}


def report(campaign: Campaign) -> dict[str, Any]:
    """Return a campaign's figures as `ReportShape` has them."""
    found = reading.report(campaign, reading.Wanted(), now=timezone.now())
    ledger, engaged = found.ledger, found.engaged
    least, most = found.click_to_open
    totals = {"loads": engaged.loads, "clicks": engaged.total_clicks}
    return {
        "campaign": campaign.pk,
        "counted_at": ledger.counted_at,
        "about_few": found.is_about_few,
        "deliveries": {name: getattr(ledger, name) for name in Deliveries.model_fields},
        "audience": {name: getattr(ledger, name) for name in AudienceShape.model_fields},
        "opened": _bounds(found.opened),
        "clicked": _rate(found.clicked),
        "click_to_open": {"least": _rate(least), "most": _rate(most)},
        "raw_opened": _rate(found.raw_opened),
        "raw_clicked": _rate(found.raw_clicked),
        "bounced": _rate(found.bounced),
        "complained": _rate(found.complained),
        "unsubscribed": _rate(found.left),
        "totals": None if found.hides_totals else totals,
    }


def _rate(one: figures.Rate) -> dict[str, Any]:
    interval = _interval(one.interval)
    return {"count": one.count, "of": one.of, "share": one.share, "interval": interval}


def _bounds(one: figures.Bounds) -> dict[str, Any]:
    return {
        "sure": one.sure,
        "uncertain": one.uncertain,
        "of": one.of,
        "low": one.low.share,
        "high": one.high.share,
        "interval": _interval(one.interval),
    }


def _interval(one: figures.Interval | None) -> dict[str, float] | None:
    return None if one is None else {"low": one.low, "high": one.high}
