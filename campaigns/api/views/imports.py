"""Imports: started, followed, and what was left out."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from campaigns.accounts.ordering import Sort
from campaigns.api import doors, importing, once, pages, problems
from campaigns.api.doors import Key, Scope
from campaigns.api.importing import ImportShape, NewImport, RemarkPage
from campaigns.api.shapes import Turning
from campaigns.audience.models import Import

router = Router(auth=Key(Scope.CONTACTS_READ), tags=["Imports"])
_AS_IN_THE_FILE = Sort((), falls=False)


@router.post(
    "/lists/{int:pk}/imports",
    response={200: ImportShape, 201: ImportShape},
    auth=Key(Scope.CONTACTS_WRITE),
    url_name="imports",
    summary="Import people into a list",
    openapi_extra=problems.also(409),
)
def start(request: HttpRequest, pk: int, sent: NewImport, name: str = once.NAME) -> Any:
    """Up to 10,000 at once, on the basis that you state. It runs behind the answer: ask for it
    until `finished_at` says when. Who left the list, or must not be mailed, stays away.
    200: the same request had started it already."""
    onto = get_object_or_404(doors.workspace(request).lists, pk=pk)
    one, made = once.made(request, name, lambda: (importing.start(request, onto, sent), True))
    return Status(201 if made else 200, _one(request, one))


@router.get("/imports/{int:pk}", response=ImportShape, url_name="import", summary="One import")
def one_import(request: HttpRequest, pk: int) -> Any:
    """How far it is, and what became of its lines."""
    return _one(request, pk)


@router.get(
    "/imports/{int:pk}/left-out",
    response=RemarkPage,
    url_name="left_out",
    summary="Lines of an import that were left out, by page",
)
def left_out(request: HttpRequest, pk: int, turning: Query[Turning]) -> Any:
    """Each with its cells and why, once the import is over. They are kept for 90 days."""
    one = _one(request, pk)
    remarks = one.remarks.all() if one.is_over else one.remarks.none()
    page = pages.page(remarks, _AS_IN_THE_FILE, turning.at, length=turning.limit, shown=remarks)
    return {"items": page.rows, "next": page.next}


def _one(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(doors.workspace(request).imports, pk=pk)
