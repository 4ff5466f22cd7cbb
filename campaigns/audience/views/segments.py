"""Segments: all of them, one with its people, building, copying and deleting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import tasks
from campaigns.audience.models import Segment
from campaigns.audience.segments import building, drafts, pages, saving
from campaigns.audience.segments.building import Built
from campaigns.audience.segments.forms import SegmentForm


@require_safe
def segments(request: WorkspaceRequest) -> HttpResponse:
    rows = pages.rows(request.workspace)
    return render(request, "audience/segments.html", {"segments": rows})


@require_safe
def segment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.segments, pk=pk)
    template = "audience/parts/segment_count.html" if request.htmx else "audience/segment.html"
    return render(request, template, pages.one(one))


@require_http_methods(["GET", "HEAD", "POST"])
def new_segment(request: WorkspaceRequest) -> HttpResponse:
    one = Segment(workspace=request.workspace, created_by=request.user)
    first = drafts.condition(request.GET.get("what", ""), request.GET)
    return _edit(request, one, drafts.new(first))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_segment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.segments, pk=pk)
    return _edit(request, one, drafts.known(one.question))


@require_POST
def duplicate_segment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    copy = saving.duplicate(get_object_or_404(request.workspace.segments, pk=pk), request.user)
    audit.record(request, request.workspace, "segment_added", segment=copy.pk)
    messages.success(request, _("This is your copy. The original stays as it was."))
    return redirect("audience:edit_segment", copy.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_segment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, with who uses it said; then delete it. Nothing of its people changes."""
    one = get_object_or_404(request.workspace.segments, pk=pk)
    if request.method != "POST":
        facts = {"segment": one, "uses": saving.uses(one)}
        return render(request, "audience/delete_segment.html", facts)
    one.delete()
    audit.record(request, request.workspace, "segment_deleted", segment=pk)
    messages.success(request, _("The segment is deleted. Its people are still contacts."))
    return redirect("audience:segments")


def _edit(request: WorkspaceRequest, one: Segment, draft: drafts.Draft) -> HttpResponse:
    """Show the builder. Its buttons send the form here, too; only “Save” changes anything."""
    if request.method != "POST":
        return _show(request, one, building.build(request.workspace, draft), SegmentForm(one))
    draft = drafts.read(request.POST)
    removed = drafts.read_removed(request.POST.get("removed", ""))
    action = request.POST.get("do", "")
    removed = drafts.act(draft, action, removed)
    saves = "save" in request.POST and "do" not in request.POST
    focus = drafts.focus(draft, action)
    built = building.build(request.workspace, draft, removed, told=saves, focus=focus)
    form = SegmentForm(one, request.POST if saves else None, name=request.POST.get("name", ""))
    if saves and form.is_valid() and built.question is not None:
        return _save(request, one, built, form)
    return _show(request, one, built, form, status=422 if saves else 200)


def _save(request: WorkspaceRequest, one: Segment, built: Built, form: SegmentForm) -> HttpResponse:
    if built.question is None:
        return _show(request, one, built, form, status=422)
    new = one.pk is None
    try:
        saving.save(one, form.cleaned_data["name"], built.question)
    except saving.NameTakenError:
        form.add_error("name", _("Another segment has this name."))
        return _show(request, one, built, form, status=422)
    action = "segment_added" if new else "segment_changed"
    audit.record(request, request.workspace, action, segment=one.pk)
    tasks.count_segment.delay_on_commit(one.pk)
    messages.success(request, _("The segment is saved."))
    return redirect("audience:segment", one.pk)


def _show(
    request: WorkspaceRequest, one: Segment, built: Built, form: SegmentForm, status: int = 200
) -> HttpResponse:
    facts = {"segment": one, "built": built, "form": form}
    facts |= building.look(request.workspace, built.question, exact="exact" in request.POST)
    return render(request, "audience/edit_segment.html", facts, status=status)
