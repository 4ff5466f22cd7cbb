"""Files of people to take along, as a list or a page of contacts shows them."""

from __future__ import annotations

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import browsing, downloads, export, ledger_file, looking
from campaigns.audience.segments import applying

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


@require_safe
def export_ledger(request: WorkspaceRequest, kind: str, pk: int | None = None) -> HttpResponseBase:
    """Answer with the consent ledger of everybody, or of one contact, for an auditor."""
    one = get_object_or_404(request.workspace.contacts, pk=pk) if pk else None
    lines = ledger_file.lines(request.workspace.pk, one)
    if kind == "csv":
        return downloads.csv(export.as_csv(ledger_file.table(lines)), "consent.csv")
    return StreamingHttpResponse(
        ledger_file.as_json(lines),
        content_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="consent.json"',
            "Cache-Control": "private, no-store",
        },
    )


def _answer(table: export.Table, name: str, kind: str) -> HttpResponseBase:
    if kind == "csv":
        return downloads.csv(export.as_csv(table), f"{name}.csv")
    return FileResponse(
        export.as_workbook(table),
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type=_EXCEL,
        headers={"Cache-Control": "private, no-store"},
    )
