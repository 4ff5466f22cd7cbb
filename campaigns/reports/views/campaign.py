"""The report of one campaign, and the files of it."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.models import Campaign
from campaigns.reports import exports, reading, recipients


@require_safe
@vary_on_headers("HX-Request")
def report(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the figures of a campaign; to htmx, only the part that moves."""
    campaign = _campaign(request, pk)
    wanted = reading.Wanted(raw=request.GET.get("raw") == "1", by=request.GET.get("by", ""))
    context = {
        "campaign": campaign,
        "report": reading.report(campaign, wanted, now=timezone.now()),
        "here": "overview",
    }
    part = "figures" if request.htmx and not request.htmx.boosted else "overview"
    return render(request, f"reports/campaign/{part}.html", context)


@require_safe
def recipient_table(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show whom a campaign went to, and what each of them did."""
    campaign = _campaign(request, pk)
    question = recipients.question(campaign, request.GET)
    context = {
        "campaign": campaign,
        "question": question,
        "filters": recipients.FILTERS,
        "page": recipients.page(question, request.GET.get("page")),
        "here": "recipients",
    }
    return render(request, "reports/campaign/recipients.html", context)


@require_safe
def csv(request: WorkspaceRequest, pk: int, what: str) -> StreamingHttpResponse:
    """Stream a file of a campaign, with the same filters as on screen."""
    export = exports.export(_campaign(request, pk), what, request.GET)
    return StreamingHttpResponse(
        export.chunks,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, export.filename) or "",
            "Cache-Control": "no-store",
        },
    )


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("workspace").prefetch_related("lists")
    return get_object_or_404(campaigns, pk=pk)
