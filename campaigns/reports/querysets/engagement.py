"""Counts that tracking kept as events arrived: hundreds of rows, however many events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from tracking.models import CampaignCount, FacetCount, HourCount, Link, LinkCount, PeopleCount


class HitRow(NamedTuple):
    """Hits of a campaign with one verdict."""

    campaign_id: int
    mode: str
    verdict: str
    opens: int
    clicks: int


class PeopleRow(NamedTuple):
    """People of a campaign."""

    campaign_id: int
    openers_sure: int
    openers_possible: int
    openers_raw: int
    clickers_sure: int
    clickers_possible: int
    clickers_raw: int


class HourRow(NamedTuple):
    """Hits of an hour with one verdict."""

    hour: datetime
    mode: str
    verdict: str
    opens: int
    clicks: int


class LinkRow(NamedTuple):
    """Clicks on a link with one verdict."""

    number: int
    mode: str
    verdict: str
    clicks: int
    people: int


class FacetRow(NamedTuple):
    """People's own hits from one country, device, system or program."""

    facet: str
    mode: str
    value: str
    people: int
    opens: int
    clicks: int


def hit_rows(campaign_ids: Collection[int]) -> list[HitRow]:
    """Return the hits of campaigns by mode and verdict."""
    rows = CampaignCount.objects.filter(campaign_id__in=campaign_ids)
    return [HitRow(*row) for row in rows.values_list(*HitRow._fields)]


def people_rows(campaign_ids: Collection[int]) -> list[PeopleRow]:
    """Return the people of campaigns."""
    rows = PeopleCount.objects.filter(campaign_id__in=campaign_ids)
    return [PeopleRow(*row) for row in rows.values_list(*PeopleRow._fields)]


def hour_rows(campaign_id: int) -> list[HourRow]:
    """Return a campaign's hits by hour, mode and verdict, in order."""
    rows = HourCount.objects.filter(campaign_id=campaign_id).order_by("hour")
    return [HourRow(*row) for row in rows.values_list(*HourRow._fields)]


def links(campaign_id: int) -> list[tuple[int, str]]:
    """Return a campaign's links by number."""
    rows = Link.objects.filter(campaign_id=campaign_id).order_by("number")
    return list(rows.values_list("number", "url"))


def link_rows(campaign_id: int) -> list[LinkRow]:
    """Return a campaign's clicks by link, mode and verdict."""
    rows = LinkCount.objects.filter(campaign_id=campaign_id)
    return [LinkRow(*row) for row in rows.values_list(*LinkRow._fields)]


def facet_rows(campaign_id: int) -> list[FacetRow]:
    """Return a campaign's slices by country, device, system and program."""
    rows = FacetCount.objects.filter(campaign_id=campaign_id)
    return [FacetRow(*row) for row in rows.values_list(*FacetRow._fields)]
