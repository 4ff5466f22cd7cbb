"""Change many contacts: choose them on a page of people, choose what changes, watch, undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import looking, numbers, tags, tasks
from campaigns.audience.bulk import acts, people, running, telling
from campaigns.audience.bulk.forms import BulkEditForm
from campaigns.audience.models import BulkEdit

SHOWN = 50


@require_safe
def bulk_edits(request: WorkspaceRequest) -> HttpResponse:
    """Show what was done to many at once, the newest first, to undo it."""
    rows = request.workspace.bulk_edits.exclude(status=BulkEdit.Status.CHOSEN)
    edits = list(rows.select_related("created_by").order_by("-pk")[:SHOWN])
    names = telling.names(request.workspace.pk, edits)
    found = [{"edit": edit, "sentence": telling.sentence(edit, names)} for edit in edits]
    return render(request, "audience/bulk_edits.html", {"edits": found})


@require_POST
def choose_people(request: WorkspaceRequest) -> HttpResponse:
    """Take those who are ticked, or everybody whom the page's question finds."""
    if request.POST.get("everybody"):
        chosen = looking.people(request.workspace, request.GET)
    else:
        ids = numbers.identities(request.POST.getlist("person"))
        chosen = request.workspace.contacts.filter(pk__in=ids)
    edit = people.choose(request.workspace, request.user, chosen)
    if not edit.people:
        edit.delete()
        messages.error(request, _("Nobody is chosen. Tick people first, or choose everybody."))
        return redirect("audience:contacts")
    return redirect("audience:bulk_edit", edit.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Choose what changes; once that is begun, show how far it is. htmx polls the middle."""
    edit = get_object_or_404(request.workspace.bulk_edits.select_related("created_by"), pk=pk)
    if edit.status != BulkEdit.Status.CHOSEN:
        return _progress(request, edit)
    form = BulkEditForm(request.workspace, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"edit": edit, "form": form, "known_tags": request.workspace.tags.all()[:500]}
        status = 422 if form.is_bound else 200
        return render(request, "audience/bulk_edit.html", context, status=status)
    running.choose(edit, form.cleaned_data["action"], form.chosen())
    return redirect("audience:begin_bulk_edit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def begin_bulk_edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say how many people change and how; a POST does it."""
    edit = get_object_or_404(request.workspace.bulk_edits, pk=pk)
    if edit.status != BulkEdit.Status.CHOSEN or not edit.action:
        return redirect("audience:bulk_edit", pk)
    typed = request.POST.get("people", "").strip()
    must_type = not acts.can_undo(edit.action)
    if request.method != "POST" or (must_type and typed != str(edit.people)):
        context = {"edit": edit, "must_type": must_type, "wrong": request.method == "POST"}
        context |= {"sentence": telling.sentence(edit), "warnings": telling.warnings(edit)}
        status = 422 if context["wrong"] else 200
        context["look"] = telling.look(edit)
        return render(request, "audience/begin_bulk_edit.html", context, status=status)
    _begin(request, edit)
    return redirect("audience:bulk_edit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def undo_bulk_edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say what undoing means, and begin it."""
    edit = get_object_or_404(request.workspace.bulk_edits, pk=pk)
    if request.method != "POST" and running.can_undo(edit):
        context = {"edit": edit, "sentence": telling.sentence(edit)}
        return render(request, "audience/undo_bulk_edit.html", context)
    if request.method == "POST" and running.start_undo(edit):
        audit.record(request, request.workspace, "bulk_edit_undone", bulk_edit=pk)
        _ring(edit)
    return redirect("audience:bulk_edit", pk)


def _begin(request: WorkspaceRequest, edit: BulkEdit) -> None:
    more = {}
    if edit.action == BulkEdit.Action.ADD_TAGS:
        made = tags.named(request.workspace.pk, edit.values["names"])
        more["tags"] = [tag.pk for tag in made]
    if running.start(edit, **more):
        audit.record(
            request,
            request.workspace,
            "bulk_edit_begun",
            bulk_edit=edit.pk,
            does=edit.action,
            people=edit.people,
        )
        _ring(edit)


def _ring(edit: BulkEdit) -> None:
    """Do what is quickly done at once; leave the rest to a worker."""
    if edit.people <= running.AT_ONCE:
        running.run(edit.pk)
    else:
        tasks.run_bulk_edit.delay(edit.pk)


def _progress(request: WorkspaceRequest, edit: BulkEdit) -> HttpResponse:
    polled = request.htmx and not request.htmx.boosted
    context = {"edit": edit, "sentence": telling.sentence(edit), "kept": telling.kept(edit)}
    context |= {"can_undo": running.can_undo(edit), "same": edit.people - edit.changed}
    template = "audience/parts/bulk_progress.html" if polled else "audience/bulk_done.html"
    return render(request, template, context)
