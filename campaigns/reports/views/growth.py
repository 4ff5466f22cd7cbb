"""How lists grow, and how lively they are."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads
from campaigns.reports import growth, growth_sheet, lively_sheet, periods
from campaigns.reports.periods import Wanted


@require_safe
def lists_over_time(request: WorkspaceRequest) -> HttpResponse:
    """Show how one list grew, or all of them together."""
    context = {
        "growth": growth.of(request.workspace, Wanted.of(request.GET)),
        "lists": request.workspace.lists.order_by("name"),
        "spans": [(name, label) for name, (_days, _by, label) in periods.SPANS.items()],
        "scales": periods.SCALES.items(),
    }
    return render(request, "reports/growth.html", context)


@require_safe
def growth_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream what the page shows as CSV."""
    found = growth.of(request.workspace, Wanted.of(request.GET))
    return downloads.csv(growth_sheet.chunks(found), f"{_('growth')}.csv")


@require_safe
def lively_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream how lively the page says that the lists are, as CSV."""
    found = growth.of(request.workspace, Wanted.of(request.GET))
    return downloads.csv(lively_sheet.chunks(found), f"{_('lively')}.csv")
