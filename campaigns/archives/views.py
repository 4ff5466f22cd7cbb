"""Archives of the workspace, and restoring one: pages of owners."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, roles
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.archives import catalogue, keeping, tasks, working
from campaigns.archives.forms import UploadForm
from campaigns.archives.models import Archive, Job

_owners = roles.role_required(Member.Role.OWNER)
SHOWN = 20


@_owners
@require_safe
def archives(request: WorkspaceRequest) -> HttpResponse:
    rows = request.workspace.archives.select_related("created_by").order_by("-pk")[:SHOWN]
    restored = request.workspace.restorations.order_by("-pk")[:SHOWN]
    under_way = any(not row.is_over for row in rows)
    facts = {"archives": rows, "restorations": restored, "under_way": under_way}
    return render(request, "archives/archives.html", facts)


@_owners
@require_POST
def ask(request: WorkspaceRequest) -> HttpResponse:
    """Queue an archive, or lead to the one that is being made."""
    made = keeping.ask(request.workspace, request.user)
    if made is None:
        messages.info(request, _("An archive is being made already."))
        return redirect("archives:archives")
    audit.record(request, request.workspace, "archive_asked", archive=made.pk)
    tasks.make_archive.delay_on_commit(made.pk)
    return redirect("archives:archive", made.pk)


@_owners
@require_safe
def archive(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far an archive is, and then its files; polled by htmx."""
    one = get_object_or_404(request.workspace.archives.select_related("created_by"), pk=pk)
    return _job(request, one, "archive")


@_owners
@require_safe
def download(request: WorkspaceRequest, pk: int) -> FileResponse:
    one = get_object_or_404(request.workspace.archives, pk=pk, status=Archive.Status.DONE)
    try:
        file = one.path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    audit.record(request, request.workspace, "archive_downloaded", archive=pk)
    name = slugify(request.workspace.name) or "workspace"
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}-{one.created_at:%Y-%m-%d}.zip",
        content_type="application/zip",
        headers={"Cache-Control": "private, no-store"},
    )


@_owners
@require_POST
def cancel_archive(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.archives, pk=pk)
    if working.cancel(one):
        audit.record(request, request.workspace, "archive_cancelled", archive=pk)
        messages.success(request, _("It is cancelled."))
    return redirect("archives:archive", pk)


@_owners
@require_POST
def delete_archive(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.archives, pk=pk)
    if keeping.delete(one, Archive.Ended.MEMBER):
        audit.record(request, request.workspace, "archive_deleted", archive=pk)
        messages.success(request, _("The archive is deleted."))
    return redirect("archives:archives")


@_owners
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Take an archive to restore into this workspace, which has to be empty."""
    form = UploadForm(request.POST or None, request.FILES or None, workspace=request.workspace)
    if form.is_valid():
        made = form.begin(request.user)
        audit.record(request, request.workspace, "restoration_started", restoration=made.pk)
        tasks.restore_archive.delay_on_commit(made.pk)
        return redirect("archives:restoration", made.pk)
    status = 422 if form.is_bound else 200
    return render(request, "archives/upload.html", {"form": form}, status=status)


@_owners
@require_safe
def restoration(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far a restoration is; polled by htmx."""
    return _job(request, get_object_or_404(request.workspace.restorations, pk=pk), "restoration")


@_owners
@require_POST
def cancel_restoration(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.restorations, pk=pk)
    if keeping.stop(one):
        audit.record(request, request.workspace, "restoration_cancelled", restoration=pk)
        messages.success(request, _("It is cancelled, and nothing was restored."))
    return redirect("archives:restoration", pk)


def _job(request: WorkspaceRequest, one: Job, name: str) -> HttpResponse:
    polled = request.htmx and not request.htmx.boosted
    template = f"archives/parts/{name}.html" if polled else f"archives/{name}.html"
    return render(request, template, {"one": one, "files": _files(one)})


def _files(one: Job) -> list[tuple[str, int, str]]:
    """What came of each file: its name, its lines, and what is in it."""
    return [
        (part.filename, one.rows[part.filename], part.words)
        for part in catalogue.PARTS
        if part.filename in one.rows
    ]
