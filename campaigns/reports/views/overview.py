"""The home page and the list of campaigns."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads
from campaigns.composing.models import Thumbnail
from campaigns.reports import (
    chart_sheet,
    comparison_sheet,
    listing,
    listing_sheet,
    overview,
)

# So many campaigns are on the home page.
LAST = 5


@require_safe
def home(request: WorkspaceRequest) -> HttpResponse:
    """Show what to do next, what goes out, and how the last campaigns did."""
    workspace = request.workspace
    steps = overview.steps(workspace)
    context = {
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "running": overview.running(workspace),
        "upcoming": overview.upcoming(workspace),
        "last": listing.last_sent(workspace, LAST),
        "growth": overview.growth(workspace),
        "size": overview.size(workspace),
    }
    return render(request, "reports/home.html", context)


@require_safe
def last_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream the last campaigns of the home page as CSV."""
    found = listing.last_sent(request.workspace, LAST)
    chunks = comparison_sheet.chunks(request.workspace, found)
    return downloads.csv(chunks, f"{_('last-campaigns')}.csv")


@require_safe
def sizes_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream how large the lists of the home page were, day by day."""
    chunks = chart_sheet.chunks(overview.growth(request.workspace))
    return downloads.csv(chunks, f"{_('list-growth')}.csv")


@require_safe
def running(request: WorkspaceRequest) -> HttpResponse:
    """Return the part of the home page that moves while campaigns go out."""
    context = {"running": overview.running(request.workspace)}
    return render(request, "reports/parts/running.html", context)


@require_safe
def campaigns(request: WorkspaceRequest) -> HttpResponse:
    """List the workspace's campaigns with their figures."""
    wanted = listing.Wanted.of(request.GET)
    compared = listing.last_sent(request.workspace)
    page = listing.page(request.workspace, wanted, compared)
    context = {
        "page": page,
        "pictured": Thumbnail.objects.among([one.campaign.pk for one in page.object_list]),
        "wanted": wanted,
        "tabs": listing.tabs(request.workspace),
        "comparison": listing.comparison(compared),
    }
    return render(request, "reports/campaigns.html", context)


@require_safe
def campaigns_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream the list of campaigns as CSV, with the same filters as on screen."""
    chunks = listing_sheet.chunks(request.workspace, listing.Wanted.of(request.GET))
    return downloads.csv(chunks, f"{_('campaigns')}.csv")
