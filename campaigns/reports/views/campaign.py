"""The report of one campaign, and the files of it."""

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads
from campaigns.composing import frames
from campaigns.composing.models import Campaign, Revision
from campaigns.reports import click_map, exports, hits, providers, reading, recipients
from campaigns.reports.querysets.engagement import links


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
    question = recipients.narrowed(recipients.question(campaign, request.GET))
    context = {
        "campaign": campaign,
        "question": question,
        "found_more": recipients.found_more(question),
        "filters": recipients.FILTERS,
        "segments": request.workspace.segments.order_by("name").values_list("pk", "name"),
        "links": links(campaign.pk),
        "page": recipients.page(question, request.GET.get("at", "")),
        "here": "recipients",
    }
    return render(request, "reports/campaign/recipients.html", context)


@require_safe
def hit_table(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show each open and click, what it was taken for, and why."""
    campaign = _campaign(request, pk)
    question = hits.question(campaign, request.GET)
    context = {
        "campaign": campaign,
        "question": question,
        "kinds": hits.KINDS,
        "verdicts": hits.VERDICTS,
        "links": links(campaign.pk),
        "page": hits.page(question, request.GET.get("at", "")),
        "event_days": settings.EVENT_RETENTION_DAYS,
        "here": "hits",
    }
    return render(request, "reports/campaign/hits.html", context)


@require_safe
def clicks(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the mail with what was clicked on it, and the same as a table."""
    campaign = _campaign(request, pk)
    revisions = click_map.revisions(campaign)
    context = {
        "campaign": campaign,
        "report": reading.report(campaign, reading.Wanted(), now=timezone.now()),
        "revisions": revisions,
        "revision": _chosen(request, revisions),
        "here": "clicks",
    }
    return render(request, "reports/campaign/clicks.html", context)


@require_safe
def click_frame(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Serve the mail itself, with its badges, for a sandboxed frame."""
    campaign = _campaign(request, pk)
    revision = _chosen(request, click_map.revisions(campaign))
    if revision is None:
        raise Http404
    report = reading.report(campaign, reading.Wanted(), now=timezone.now())
    return frames.answer(click_map.html(revision, report))


@require_safe
@vary_on_headers("HX-Request")
def mailboxes(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what each mailbox provider's people got and did; to htmx, as the part of a page."""
    campaign = _campaign(request, pk)
    context = {"campaign": campaign, "table": providers.of(campaign), "here": "mailboxes"}
    part = "providers" if request.htmx and not request.htmx.boosted else "mailboxes"
    return render(request, f"reports/campaign/{part}.html", context)


@require_safe
def csv(request: WorkspaceRequest, pk: int, what: str) -> StreamingHttpResponse:
    """Stream a file of a campaign, with the same filters as on screen."""
    export = exports.export(_campaign(request, pk), what, request.GET)
    return downloads.csv(export.chunks, export.filename)


def _chosen(request: WorkspaceRequest, revisions: list[Revision]) -> Revision | None:
    """Return the content that is asked for, or else the newest."""
    wanted = request.GET.get("revision", "")
    named = [one for one in revisions if str(one.number) == wanted]
    return next(iter(named or revisions), None)


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("workspace").prefetch_related("lists")
    return get_object_or_404(campaigns, pk=pk)
