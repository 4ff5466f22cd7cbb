"""The home page and the list of campaigns."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.models import Thumbnail
from campaigns.reports import downloads, listing, listing_sheet, overview


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
        "last": listing.last_sent(workspace, number=5),
        "growth": overview.growth(workspace),
        "size": overview.size(workspace),
    }
    return render(request, "reports/home.html", context)


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
