"""Show the small picture of a campaign."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.thumbnails.models import Thumbnail


def _etag(request: WorkspaceRequest, pk: int) -> str | None:
    found = Thumbnail.objects.filter(workspace=request.workspace, campaign=pk)
    version = found.values_list("version", flat=True).first()
    return None if version is None else f'"{version}"'


# Kept by the browser, and asked for again only when it is another.
@cache_control(private=True, no_cache=True)
@condition(etag_func=_etag)
@require_safe
def thumbnail(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Serve a PNG, or nothing while there is none."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    found = Thumbnail.objects.shown().filter(campaign=campaign).first()
    if found is None:
        return HttpResponse(status=204)
    return HttpResponse(bytes(found.image), content_type="image/png")
