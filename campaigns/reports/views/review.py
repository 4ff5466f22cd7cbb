"""The last days of a workspace in review."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads
from campaigns.reports import comparison_sheet, review


@require_safe
def in_review(request: WorkspaceRequest) -> HttpResponse:
    """Show what was mailed of late, how it was read, and how the lists fared."""
    context = {"review": review.of(request.workspace, request.GET), "spans": review.SPANS.items()}
    return render(request, "reports/review.html", context)


@require_safe
def review_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream the mailings of these days as CSV."""
    found = review.of(request.workspace, request.GET)
    chunks = comparison_sheet.chunks(request.workspace, found.mailings)
    return downloads.csv(chunks, f"{_('review')}.csv")
