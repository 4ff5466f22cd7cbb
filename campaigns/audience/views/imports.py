"""Imports: upload a file, choose what its columns become, watch it, read what was left out."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, ordering
from campaigns.accounts.ordering import Sort
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads, export, tasks
from campaigns.audience.imports import (
    columns,
    foreseeing,
    handing_in,
    importing,
    proposing,
    reading,
    tidying,
    undoing,
)
from campaigns.audience.imports.forms import MappingForm, ShapeForm, UploadForm
from campaigns.audience.models import Import

PREVIEW_ROWS = 5
# What a column holds is guessed by.
SAMPLE_ROWS = 200
REMARKS_SHOWN = 20
IMPORTS_PER_PAGE = 50
_NEWEST = Sort(("created_at",), falls=True, by_moment=True)


@require_safe
def all_imports(request: WorkspaceRequest) -> HttpResponse:
    """Show the files that came into any list."""
    found = request.workspace.imports.select_related("list")
    page = ordering.page(found, _NEWEST, request.GET.get("at", ""), length=IMPORTS_PER_PAGE)
    return render(request, "audience/imports.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: WorkspaceRequest, pk: int) -> HttpResponse:
    onto = get_object_or_404(request.workspace.lists, pk=pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kept = handing_in.keep(onto, form.cleaned_data["content"], form.shape, request.user)
        return redirect("audience:mapping", kept.pk)
    status = 422 if form.is_bound else 200
    return render(request, "audience/upload.html", {"form": form, "list": onto}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the file as we read it, and take what its columns become."""
    one = get_object_or_404(request.workspace.imports.select_related("list"), pk=pk)
    if one.status != Import.Status.UPLOADED:
        return redirect("audience:import", pk)
    shape_form = _shape_form(request, one)
    try:
        names, rows = _sample(one, shape_form)
    except reading.ReadingError as error:
        shape_form.add_error("encoding", str(error))
        names, rows = [], []
    form = MappingForm(
        request.POST or None,
        names=names,
        guesses=columns.guess(names, rows),
        kinds=proposing.kinds(names, rows),
        known=request.workspace.contact_fields.values_list("key", flat=True),
    )
    if names and request.method == "POST" and form.is_valid() and shape_form.is_valid():
        return _start(request, one, form, shape_form)
    context = {
        "import": one,
        "shape_form": shape_form,
        # Repeated in the second form, so that what was looked at is what is imported.
        "shape_values": {name: shape_form[name].value() or "" for name in shape_form.fields},
        "form": form,
        "columns": _columns(form, rows),
        "rows": rows[:PREVIEW_ROWS],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "audience/mapping.html", context, status=status)


@require_safe
def one_import(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far an import is; polled by htmx, which gets the middle of the page."""
    one = get_object_or_404(request.workspace.imports.select_related("list", "created_by"), pk=pk)
    if one.status == Import.Status.UPLOADED:
        return redirect("audience:mapping", pk)
    remarks = one.remarks.order_by("line", "pk")[:REMARKS_SHOWN] if one.is_over else []
    context = {
        "import": one,
        "remarks": remarks,
        "list": one.list,
        "can_undo": undoing.can_undo(one),
        "foreseen": foreseeing.some(one),
    }
    polled = request.htmx and not request.htmx.boosted
    template = "audience/parts/import_progress.html" if polled else "audience/import.html"
    return render(request, template, context)


@require_safe
def import_remarks(request: WorkspaceRequest, pk: int) -> StreamingHttpResponse:
    one = get_object_or_404(request.workspace.imports, pk=pk)
    return downloads.csv(export.remarks_of(one), f"import-{one.pk}-left-out.csv")


@require_POST
def begin_import(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Import for good what was tried."""
    one = get_object_or_404(request.workspace.imports, pk=pk)
    if one.status != Import.Status.REHEARSED:
        return redirect("audience:import", pk)
    return _begin(request, one)


@require_POST
def choose_again(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Go back from a trial to its columns."""
    importing.take_back(get_object_or_404(request.workspace.imports, pk=pk))
    return redirect("audience:mapping", pk)


@require_POST
def cancel_import(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.imports, pk=pk)
    if importing.cancel(one):
        audit.record(request, request.workspace, "import_cancelled", import_id=pk)
        messages.success(request, _("The import is cancelled. Nothing was imported."))
    else:
        messages.error(request, _("It is too late to cancel: its people are appearing already."))
    return redirect("audience:import", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def undo_import(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say what undoing means, and begin it."""
    one = get_object_or_404(request.workspace.imports.select_related("list"), pk=pk)
    if request.method != "POST" and undoing.can_undo(one):
        return render(request, "audience/undo_import.html", {"import": one, "list": one.list})
    if request.method == "POST" and undoing.start(one):
        audit.record(request, request.workspace, "import_undone", import_id=pk, list=one.list_id)
        tasks.undo_import.delay(pk)
    return redirect("audience:import", pk)


@require_POST
def discard_import(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Forget an upload whose columns were not chosen yet."""
    waiting = [Import.Status.UPLOADED, Import.Status.REHEARSED]
    one = get_object_or_404(request.workspace.imports.filter(status__in=waiting), pk=pk)
    tidying.discard(one)
    messages.success(request, _("The file is deleted. Nothing was imported."))
    return redirect("audience:list", one.list_id)


def _shape_form(request: WorkspaceRequest, one: Import) -> ShapeForm:
    found = {
        "encoding": one.encoding,
        "delimiter": one.delimiter,
        "has_header": one.has_header,
    }
    asked = request.POST if request.method == "POST" else request.GET
    return ShapeForm(asked if "encoding" in asked else found, initial=found)


def _sample(one: Import, form: ShapeForm) -> tuple[list[str], list[list[str]]]:
    if not form.is_valid():
        raise reading.ReadingError(_("Choose how the file is to be read."))
    with one.open() as file:
        names = reading.column_names(file, form.shape())
        return names, [row.cells for row in islice(reading.rows(file, form.shape()), SAMPLE_ROWS)]


def _columns(form: MappingForm, rows: list[list[str]]) -> list[dict[str, object]]:
    """Return for each column its choice and the first cells that are filled."""
    return [
        {
            "name": form.names[number],
            "field": bound,
            "kind": form.kind_of(number),
            "cells": [row[number] for row in rows if number < len(row) and row[number].strip()][
                :PREVIEW_ROWS
            ],
        }
        for number, bound in enumerate(form.columns())
    ]


def _start(
    request: WorkspaceRequest, one: Import, form: MappingForm, shape_form: ShapeForm
) -> HttpResponse:
    handing_in.choose(one, form, shape_form.shape())
    return _begin(request, one, rehearse="rehearse" in request.POST)


def _begin(request: WorkspaceRequest, one: Import, *, rehearse: bool = False) -> HttpResponse:
    if importing.start(one, rehearse=rehearse):
        if not rehearse:
            audit.record(
                request, request.workspace, "import_started", import_id=one.pk, list=one.list_id
            )
        tasks.run_import.delay(one.pk)
    return redirect("audience:import", one.pk)
