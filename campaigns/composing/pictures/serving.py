"""Serve the files of pictures to whoever has their address: readers of mails have no sign-in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from campaigns.composing.pictures import addresses, keeping

# Whatever the bytes are, no browser may take them for a page, or let them do anything.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Disposition": "inline",
}


@login_not_required
@require_safe
def picture_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve one file of a picture. It never changes, so that it may be kept for a year."""
    content_type = addresses.content_type(path)
    if content_type is None:
        raise Http404
    try:
        file = keeping.storage().open(path)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, content_type=content_type, headers=HEADERS)
