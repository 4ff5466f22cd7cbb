"""Pictures as JSON, for the dialog that puts one into a text, and for any editor.

A picture is `{id, name, alt, width, height, animated, url, sharp_url, small_url, page}`: `url`
and `sharp_url` go into mails, the sharp one may be empty; `small_url` is for our own pages.
An error is `{"error": sentence}` with the status 422.
"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.pictures import addresses, fetching, keeping, reading
from campaigns.composing.pictures.forms import AltForm, UploadForm
from campaigns.composing.pictures.models import Picture
from campaigns.composing.pictures.reading import PictureError

_PER_PAGE = 24


@require_safe
def choose(request: WorkspaceRequest) -> HttpResponse:
    """List pictures, by `q`, `folder`, `one`, `sort` and `page`; with all folders, and the next."""
    found = request.workspace.pictures.in_library().matching(request.GET.dict())
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    folders = request.workspace.picture_folders.order_by("name").values("id", "name")
    return JsonResponse(
        {
            "pictures": [describe(picture) for picture in page],
            "folders": list(folders),
            "count": page.paginator.count,
            "next": page.next_page_number() if page.has_next() else None,
        }
    )


@require_POST
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Take a picture in: a posted `file`, or the one at `url`; into `folder`, or none."""
    form = UploadForm(request.POST, request.FILES, workspace=request.workspace)
    try:
        picture = _take(request, form)
    except PictureError as error:
        return JsonResponse({"error": str(error)}, status=422)
    audit.record(request, request.workspace, "picture_added", picture=picture.pk)
    return JsonResponse(describe(picture), status=201)


@require_POST
def describe_picture(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remember what a picture shows (`alt`)."""
    picture = get_object_or_404(request.workspace.pictures.in_library(), pk=pk)
    form = AltForm(request.POST, instance=picture)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(map(str, form.errors["alt"]))}, status=422)
    Picture.objects.filter(pk=pk).update(alt=form.cleaned_data["alt"].strip())
    return JsonResponse(describe(form.instance))


def describe(picture: Picture) -> dict[str, object]:
    """Return what a page needs to know of a picture to show it and to insert it."""
    files = picture.files
    return {
        "id": picture.pk,
        "name": picture.name,
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
        "animated": picture.animated,
        "url": addresses.url(files["plain"]),
        "sharp_url": addresses.url(files["sharp"]) if "sharp" in files else "",
        "small_url": addresses.inside(files["small"]),
        "page": reverse("composing:picture", args=[picture.pk]),
    }


def _take(request: WorkspaceRequest, form: UploadForm) -> Picture:
    if not form.is_valid():
        raise PictureError(
            " ".join(str(error) for errors in form.errors.values() for error in errors)
        )
    values = form.cleaned_data
    if values["file"]:
        reading.check_size(values["file"].size)
        name, data = values["file"].name, values["file"].read()
    else:
        name, data = values["url"].partition("?")[0], fetching.fetch(values["url"].strip())
    return keeping.keep(
        request.workspace,
        addresses.title(name),
        reading.read(data),
        folder=values["folder"],
        by=request.user,
    )
