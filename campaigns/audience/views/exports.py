"""Files of people to take along, as a list or a page of contacts shows them."""

from __future__ import annotations

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import browsing, export, looking
from campaigns.audience.segments import applying
from campaigns.audience.views.lists import csv_response

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def export_contacts(request: WorkspaceRequest, kind: str) -> HttpResponseBase:
    """Answer with the contacts that the page of contacts shows for the same question."""
    people = looking.people(request.workspace, request.GET)
    return _answer(export.people_table(request.workspace.pk, people), "contacts", kind)


@require_safe
def export_list(request: WorkspaceRequest, pk: int, kind: str) -> HttpResponseBase:
    """Answer with the people that the page of a list shows for the same question."""
    one = get_object_or_404(request.workspace.lists, pk=pk)
    people = browsing.browse(request.workspace.contacts.all(), request.GET, pk, whole=True)
    return _answer(export.list_table(one, people), slugify(one.name) or "list", kind)


@require_safe
def export_segment(request: WorkspaceRequest, pk: int, kind: str) -> HttpResponseBase:
    """Answer with everybody who is in the segment now."""
    one = get_object_or_404(request.workspace.segments, pk=pk)
    people = applying.people(one).order_by("pk")
    table = export.people_table(request.workspace.pk, people)
    return _answer(table, slugify(one.name) or "segment", kind)


def _answer(table: export.Table, name: str, kind: str) -> HttpResponseBase:
    if kind == "csv":
        return csv_response(export.as_csv(table), f"{name}.csv")
    return FileResponse(
        export.as_workbook(table),
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type=_EXCEL,
        headers={"Cache-Control": "private, no-store"},
    )
