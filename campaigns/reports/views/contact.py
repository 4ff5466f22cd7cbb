"""What happened between a contact and this workspace."""

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads, measuring
from campaigns.reports import moments, story, story_sheet


@require_safe
@vary_on_headers("HX-Request")
def timeline(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a contact's story, the newest first; to htmx, as the part of a page."""
    contact = get_object_or_404(request.workspace.contacts, pk=pk)
    show = request.GET.get("show", "")
    context = {
        "contact": contact,
        "page": story.page(contact, show, request.GET.get("at", "")),
        "show": show,
        "filters": moments.FILTERS,
        "recorded": measuring.most(request.workspace.policy, contact.measuring),
        "days_kept": settings.EVENT_RETENTION_DAYS,
    }
    part = "timeline" if request.htmx and not request.htmx.boosted else "story"
    return render(request, f"reports/{part}.html", context)


@require_safe
def timeline_csv(request: WorkspaceRequest, pk: int) -> StreamingHttpResponse:
    """Stream a contact's story as CSV, with the same filter as on screen."""
    contact = get_object_or_404(request.workspace.contacts.select_related("workspace"), pk=pk)
    chunks = story_sheet.chunks(contact, request.GET.get("show", ""))
    return downloads.csv(chunks, f"{_('what-happened')}-{pk}.csv")
