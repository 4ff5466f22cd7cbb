"""Whom segments ask for: the rows of deliveries and engagement behind one contact.

Each is a question for `Exists`, about the contact of the query around it, so that the planner
may join either way and sorts nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Now, NullIf
from django.db.models.lookups import Exact, LessThan

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from tracking.models import Engagement, Link, LinkClicker
from tracking.querysets import EngagementQuerySet

State = Delivery.State
# Where the mail may have been read.
OUT = (State.SENT, State.UNKNOWN, State.SENDING)
Campaigns = Collection[int] | None


def latest(workspace_id: int, number: int) -> list[int]:
    """Return the last `number` campaigns that were launched."""
    return launched(workspace_id)[:number]


def launched(workspace_id: int, after: datetime | None = None) -> list[int]:
    """Return the campaigns that were launched, or only those after a moment, the latest first."""
    since = Q(launched_at__gt=after) if after else Q(launched_at__isnull=False)
    mine = Campaign.objects.filter(since, workspace=workspace_id)
    return list(mine.order_by("-launched_at", "-pk").values_list("pk", flat=True))


def finished(workspace_id: int, before: datetime) -> list[int]:
    """Return the campaigns that were over before a moment."""
    mine = Campaign.objects.filter(workspace=workspace_id, finished_at__lt=before)
    return list(mine.values_list("pk", flat=True))


def sent(campaigns: Campaigns = None, **facts: Any) -> QuerySet[Delivery]:
    """Mails that were sent to the contact; of any campaign, or of those given."""
    return _mails(campaigns, state=State.SENT, **facts)


def did(workspace_id: int, campaigns: Campaigns = None) -> EngagementQuerySet:
    """What is kept of the contact's opens and clicks."""
    rows = Engagement.objects.filter(contact_id=OuterRef("pk"))
    if campaigns is None:
        return rows.filter(workspace_id=workspace_id)
    return rows.filter(campaign_id__in=campaigns)


def first_since(rows: EngagementQuerySet, kind: str, moment: datetime) -> EngagementQuerySet:
    """Of `rows`, those of people who opened, or clicked, for the first time since then.

    Nobody clicks without having opened.
    """
    clicked = Q(clicks_sure__gt=0, first_click_at__gte=moment)
    if kind == "click":
        return rows.filter(clicked)
    opened = Q(opens_sure__gt=0, first_open_at__gte=moment)
    return rows.filter(opened | clicked & Q(clicks_only=False))


def on_link(rows: EngagementQuerySet, number: int) -> EngagementQuerySet:
    """Of clickers' rows, those with a click on that link."""
    return rows.filter(Exists(_followed().filter(number=number)))


def on_address(rows: EngagementQuerySet, workspace_id: int, text: str) -> EngagementQuerySet:
    """Of clickers' rows, those with a click on a link whose address contains `text`."""
    to = Link.objects.filter(
        workspace_id=workspace_id,
        campaign_id=OuterRef("campaign_id"),
        number=OuterRef("number"),
        url__icontains=text,
    )
    return rows.filter(Exists(_followed().filter(Exists(to))))


def in_the_dark(kind: str, campaigns: Campaigns = None) -> QuerySet[Delivery]:
    """Mails to the contact of whose opens, or clicks, nobody can say that there were none.

    They were not measured one by one, the person has taken it back since, or it was so long
    ago that what is not there may have been let go.
    """
    known = _is_known(kind)
    return _mails(campaigns, state__in=OUT, hard_bounced_at__isnull=True).filter(~known)


def sent_in_the_light(kind: str, campaign: int) -> QuerySet[Delivery]:
    """Of a campaign the mail that was sent to the contact and is not in the dark."""
    return sent([campaign]).filter(Q(hard_bounced_at__isnull=False) | _is_known(kind))


def without(mails: QuerySet[Delivery], rows: EngagementQuerySet) -> QuerySet[Delivery]:
    """Of `mails`, those of which there is none of `rows`, which must not be about one contact."""
    theirs = rows.filter(campaign_id=OuterRef("campaign_id"), delivery_id=OuterRef("pk"))
    return mails.filter(~Exists(theirs))


def fewer_than(times: int, *questions: QuerySet[Any]) -> Q:
    """People with fewer than `times` rows in all of the questions together."""
    total: Any = sum((_count(rows) for rows in questions), Value(0, IntegerField()))
    return Q(LessThan(total, times))


def _count(rows: QuerySet[Any]) -> Coalesce:
    one = (
        rows.order_by()
        .annotate(_all=Value(1))
        .values("_all")
        .annotate(n=Count("campaign_id", distinct=True))
    )
    return Coalesce(Subquery(one.values("n"), output_field=IntegerField()), 0)


def _is_known(kind: str) -> Q:
    """Return the condition that what became of a mail is known: its opens, or its clicks."""
    opens = kind == "open"
    clicks_mode = Coalesce(NullIf(F("click_mode"), Value("")), F("mode"))
    mode: Any = F("mode") if opens else clicks_mode
    said: Any = OuterRef("measuring")
    if not opens:
        said = Coalesce(NullIf(OuterRef("measuring_clicks"), Value("")), OuterRef("measuring"))
    kept = Now() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    known = Q(Exact(mode, Value("individual", CharField())))
    known &= Q(consent_epoch=OuterRef("consent_epoch"))
    return known & (Q(sending_at__gt=kept) | Q(Exact(said, Value("granted", CharField()))))


def _mails(campaigns: Campaigns, **facts: Any) -> QuerySet[Delivery]:
    rows: QuerySet[Delivery] = Delivery.objects.filter(contact=OuterRef("pk"), **facts)
    return rows if campaigns is None else rows.filter(campaign__in=campaigns)


def _followed() -> QuerySet[LinkClicker]:
    return LinkClicker.objects.filter(
        campaign_id=OuterRef("campaign_id"), delivery_id=OuterRef("delivery_id")
    )
