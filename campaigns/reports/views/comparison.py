"""Campaigns side by side."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads
from campaigns.reports import comparing, comparison_sheet, conclusions


@require_safe
def compare(request: WorkspaceRequest) -> HttpResponse:
    """Show the chosen campaigns side by side; with fewer than two, what there is to choose."""
    asked = comparing.numbers(request.GET.getlist("c"))
    campaigns = comparing.chosen(request.workspace, asked)
    context = {
        "asked": len(asked),
        "chosen": {campaign.pk for campaign in campaigns},
        "choices": comparing.choices(request.workspace),
        "fewest": comparing.FEWEST,
        "most": comparing.MOST,
    }
    if len(campaigns) >= comparing.FEWEST:
        comparison = comparing.compare(campaigns)
        context |= {
            "comparison": comparison,
            "conclusions": conclusions.of(comparison),
            "query": comparing.query(campaigns),
        }
    return render(request, "reports/compare.html", context)


@require_safe
def compare_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream the comparison as CSV."""
    asked = comparing.numbers(request.GET.getlist("c"))
    comparison = comparing.compare(comparing.chosen(request.workspace, asked))
    chunks = comparison_sheet.chunks(request.workspace, comparison.summaries)
    return downloads.csv(chunks, f"{_('comparison')}.csv")
