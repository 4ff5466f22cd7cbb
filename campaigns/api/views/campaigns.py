"""Campaigns: how they stand, their figures, and the files of their reports."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from campaigns.accounts.ordering import Sort
from campaigns.api import asking, doors, figures, pages
from campaigns.api.doors import Key, Scope
from campaigns.api.figures import CampaignPage, CampaignShape, ReportShape, WantedCampaigns
from campaigns.audience import downloads
from campaigns.composing.models import Campaign
from campaigns.reports import exports

router = Router(auth=Key(Scope.CAMPAIGNS_READ), tags=["Campaigns"])
_NEWEST_FIRST = Sort(("created_at",), falls=True, by_moment=True)


@router.get("/campaigns", response=CampaignPage, url_name="campaigns", summary="All campaigns")
def campaigns(request: HttpRequest, wanted: Query[WantedCampaigns]) -> Any:
    """Campaigns, the newest first."""
    mine = doors.workspace(request).campaigns.all()
    found = mine.filter(status=wanted.status) if wanted.status else mine
    shown = mine.prefetch_related("lists")
    page = pages.page(found, _NEWEST_FIRST, wanted.at, length=wanted.limit, shown=shown)
    return {"items": [figures.told(one) for one in page.rows], "next": page.next}


@router.get(
    "/campaigns/{int:pk}", response=CampaignShape, url_name="campaign", summary="One campaign"
)
def campaign(request: HttpRequest, pk: int) -> Any:
    return figures.told(_campaign(request, pk))


@router.get(
    "/campaigns/{int:pk}/report",
    response=ReportShape,
    url_name="report",
    summary="The figures of a campaign",
)
def report(request: HttpRequest, pk: int) -> Any:
    """Each figure says out of how many it is, with the least and the most it can be."""
    return figures.report(_campaign(request, pk))


@router.get(
    "/campaigns/{int:pk}/recipients.csv",
    auth=Key(Scope.CAMPAIGNS_READ, Scope.CONTACTS_READ),
    url_name="recipients_csv",
    summary="Whom it went to, and what each of them did, as CSV",
    openapi_extra=asking.CSV,
)
def recipients(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The file that the report's page offers, streamed."""
    return _file(request, pk, "recipients")


@router.get(
    "/campaigns/{int:pk}/links.csv",
    url_name="links_csv",
    summary="Its links, and how often each was followed, as CSV",
    openapi_extra=asking.CSV,
)
def links(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The file that the report's page offers, streamed."""
    return _file(request, pk, "links")


def _file(request: HttpRequest, pk: int, what: str) -> StreamingHttpResponse:
    export = exports.export(_campaign(request, pk), what)
    return downloads.csv(export.chunks, export.filename)


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    mine = doors.workspace(request).campaigns.select_related("workspace")
    return get_object_or_404(mine.prefetch_related("lists"), pk=pk)
