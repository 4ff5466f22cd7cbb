"""Segments: saved questions, tried questions, and the people they find."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from campaigns.accounts.ordering import Sort
from campaigns.api import asking, doors, pages, people, problems
from campaigns.api.doors import Key, Scope
from campaigns.api.shapes import (
    ContactPage,
    Count,
    OneSegment,
    Question,
    SegmentPage,
    Turning,
    Validity,
)
from campaigns.audience import downloads, export
from campaigns.audience.segments import applying

router = Router(auth=Key(Scope.SEGMENTS_READ), tags=["Segments"])
_PEOPLE = Key(Scope.SEGMENTS_READ, Scope.CONTACTS_READ)
_OLDEST_FIRST = Sort((), falls=False)


@router.get("/segments", response=SegmentPage, url_name="segments", summary="All segments")
def segments(request: HttpRequest, turning: Query[Turning]) -> Any:
    workspace = doors.workspace(request)
    mine = workspace.segments.all()
    page = pages.page(mine, _OLDEST_FIRST, turning.at, length=turning.limit, shown=mine)
    return {"items": asking.all_told(workspace, page.rows), "next": page.next}


@router.get("/segments/{int:pk}", response=OneSegment, url_name="segment", summary="One segment")
def segment(request: HttpRequest, pk: int) -> Any:
    """A segment with its question, in words and as JSON."""
    mine = doors.workspace(request).segments.select_related("workspace")
    return asking.told(get_object_or_404(mine, pk=pk))


@router.post(
    "/segments/validate", response=Validity, url_name="validate", summary="Check a question"
)
def validate(request: HttpRequest, asked: Question) -> Any:
    """Says whether a question may be asked, and what it asks in words. Keeps nothing."""
    return asking.validity(doors.workspace(request), asked.question)


@router.post(
    "/segments/count",
    response=Count,
    url_name="count",
    summary="Count a question",
    openapi_extra=problems.also(503),
)
def count(request: HttpRequest, asked: Question) -> Any:
    """How many people a question finds now. Keeps nothing."""
    workspace = doors.workspace(request)
    return asking.count(workspace, asking.read(asked.question))


@router.get(
    "/segments/{int:pk}/count",
    response=Count,
    url_name="segment_count",
    summary="Count a segment",
    openapi_extra=problems.also(503),
)
def count_segment(request: HttpRequest, pk: int) -> Any:
    """How many people are in it now."""
    workspace = doors.workspace(request)
    one = get_object_or_404(workspace.segments, pk=pk)
    return asking.count(workspace, asking.read(one.question))


@router.get(
    "/segments/{int:pk}/contacts",
    response=ContactPage,
    auth=_PEOPLE,
    url_name="segment_contacts",
    summary="Its contacts, by page",
)
def segment_contacts(request: HttpRequest, pk: int, turning: Query[Turning]) -> Any:
    """Who is in it now, the newest first."""
    workspace = doors.workspace(request)
    one = get_object_or_404(workspace.segments.select_related("workspace"), pk=pk)
    return people.page(workspace, applying.people(one), turning, "-added")


@router.get(
    "/segments/{int:pk}/contacts.csv",
    auth=_PEOPLE,
    url_name="segment_csv",
    summary="Its contacts, all of them, as CSV",
    openapi_extra=asking.CSV,
)
def segment_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Streamed: a million rows need no memory on either side. UTF-8 with a byte order mark."""
    workspace = doors.workspace(request)
    one = get_object_or_404(workspace.segments.select_related("workspace"), pk=pk)
    return downloads.csv(export.people(workspace.pk, applying.people(one)), f"segment-{pk}.csv")
