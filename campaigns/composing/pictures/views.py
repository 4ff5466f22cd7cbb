"""The picture library: all of them, one with where it is used, and its folders."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.pictures import answers, keeping, querysets, using
from campaigns.composing.pictures.forms import FolderForm, PictureForm
from campaigns.composing.pictures.models import Picture, PictureFolder

PER_PAGE = 48


@require_safe
def library(request: WorkspaceRequest) -> HttpResponse:
    """Show the pictures as a grid, by folder, words and order."""
    pictures = request.workspace.pictures.in_library()
    page = Paginator(pictures.matching(request.GET.dict()), PER_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "any": pictures.exists(),
        "folders": request.workspace.picture_folders.order_by("name"),
        "folder": request.GET.get("folder", ""),
        "sort": request.GET.get("sort") or querysets.NEWEST,
        "used": request.workspace.pictures.bytes_used(),
        "quota": settings.PICTURES.quota,
    }
    return render(request, "composing/pictures/library.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def picture(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one picture, rename, describe and move it."""
    one = get_object_or_404(request.workspace.pictures.in_library(), pk=pk)
    form = PictureForm(request.POST or None, instance=one)
    if form.is_valid():
        Picture.objects.filter(pk=pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("composing:picture", pk)
    context = {
        "form": form,
        "facts": answers.describe(one),
        "picture": one,
        "uses": using.uses(one),
    }
    status = 422 if form.is_bound else 200
    return render(request, "composing/pictures/picture.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_picture(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, saying which campaigns show it; then take it out of the library."""
    one = get_object_or_404(request.workspace.pictures.in_library(), pk=pk)
    if request.method != "POST":
        context = {"picture": one, "uses": using.uses(one), "facts": answers.describe(one)}
        return render(request, "composing/pictures/delete.html", context)
    gone = keeping.remove(one, force="force" in request.POST)
    audit.record(request, request.workspace, "picture_deleted", picture=pk, files=gone)
    kept = _("It is out of the library. Campaigns that show it go on doing so.")
    messages.success(request, _("The picture is deleted.") if gone else kept)
    return redirect("composing:pictures")


@require_http_methods(["GET", "HEAD", "POST"])
def new_folder(request: WorkspaceRequest) -> HttpResponse:
    """Make a folder."""
    return _edit_folder(request, PictureFolder(workspace=request.workspace))


@require_http_methods(["GET", "HEAD", "POST"])
def folder(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Rename a folder, or delete it: its pictures stay."""
    one = get_object_or_404(request.workspace.picture_folders, pk=pk)
    if request.method == "POST" and "delete" in request.POST:
        one.delete()
        audit.record(request, request.workspace, "picture_folder_deleted", folder=pk)
        messages.success(request, _("The folder is deleted. Its pictures are still here."))
        return redirect("composing:pictures")
    return _edit_folder(request, one)


def _edit_folder(request: WorkspaceRequest, one: PictureFolder) -> HttpResponse:
    new = one.pk is None
    form = FolderForm(request.POST or None, instance=one)
    if saving.saved(form) is not None:
        return redirect("composing:pictures")
    context = {"form": form, "new": new}
    status = 422 if form.is_bound else 200
    return render(request, "composing/pictures/folder.html", context, status=status)
