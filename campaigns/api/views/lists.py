"""Lists, and what a workspace keeps of its contacts: fields and tags."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from campaigns.accounts.ordering import Sort
from campaigns.api import doors, listing, once, pages, problems
from campaigns.api.doors import Key, Scope
from campaigns.api.shapes import Fields, ListPage, ListPatch, ListShape, NewList, TagPage, Turning
from campaigns.audience import fields
from campaigns.audience.models import List

router = Router(auth=Key(Scope.LISTS_READ), tags=["Lists"])
_WRITE = Key(Scope.LISTS_WRITE)
_OLDEST_FIRST = Sort((), falls=False)


@router.get("/lists", response=ListPage, url_name="lists", summary="All lists")
def lists(request: HttpRequest, turning: Query[Turning]) -> Any:
    """Lists, the oldest first, each with how many people are on it and how many left it."""
    mine = doors.workspace(request).lists.all()
    page = pages.page(
        mine, _OLDEST_FIRST, turning.at, length=turning.limit, shown=mine.with_counts()
    )
    return {"items": page.rows, "next": page.next}


@router.get("/lists/{int:pk}", response=ListShape, url_name="list", summary="One list")
def one_list(request: HttpRequest, pk: int) -> Any:
    return _one(request, pk)


@router.post(
    "/lists",
    response={200: ListShape, 201: ListShape},
    auth=_WRITE,
    url_name="lists",
    summary="Add a list",
    openapi_extra=problems.also(409),
)
def add_list(request: HttpRequest, sent: NewList, name: str = once.NAME) -> Any:
    """Its name is its own in the workspace. What mails to it record stays as the workspace says,
    until a member says otherwise. 200: the same request had made it already."""
    pk, made = once.made(request, name, lambda: (listing.add(request, sent), True))
    return Status(201 if made else 200, _one(request, pk))


@router.patch(
    "/lists/{int:pk}",
    response=ListShape,
    auth=_WRITE,
    url_name="list",
    summary="Rename or describe a list",
)
def change_list(request: HttpRequest, pk: int, sent: ListPatch) -> Any:
    """What is left out stays as it is."""
    listing.change(request, _one(request, pk), sent)
    return _one(request, pk)


@router.get("/fields", response=Fields, url_name="fields", summary="The workspace's own fields")
def all_fields(request: HttpRequest) -> Any:
    """What `fields` of a contact may have: the key, what it is called, and the kind of value."""
    return {"items": fields.of(doors.workspace(request).pk)}


@router.get("/tags", response=TagPage, url_name="tags", summary="All tags")
def tags(request: HttpRequest, turning: Query[Turning]) -> Any:
    mine = doors.workspace(request).tags.all()
    page = pages.page(mine, _OLDEST_FIRST, turning.at, length=turning.limit, shown=mine)
    return {"items": page.rows, "next": page.next}


def _one(request: HttpRequest, pk: int) -> List:
    return get_object_or_404(doors.workspace(request).lists.with_counts(), pk=pk)
