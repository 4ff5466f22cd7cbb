"""Links to a campaign's report: made and shut by members, opened by whoever has one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, guessing
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads, languages
from campaigns.reports import saved_sheets, shared_report, sharing
from campaigns.reports.forms import ShareForm
from campaigns.reports.models import ShareLink

# However often a shared page is loaded, its figures are asked for once in so long.
SECONDS_KEPT = 60


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the links to a campaign's report; a POST makes one, whose address is shown once."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    if campaign.launched_at is None:
        return redirect("reports:campaign", pk)
    form, address = ShareForm(request.POST or None), ""
    if form.is_valid():
        days = form.cleaned_data["days"]
        link, address = sharing.share(campaign, days=days, by=request.user)
        audit.record(
            request, request.workspace, "report_shared", campaign=pk, link=link.pk, days=days
        )
        form = ShareForm()
    context = {
        "campaign": campaign,
        "form": form,
        "address": address,
        "links": sharing.links_of(campaign),
        "now": timezone.now(),
    }
    status = 422 if form.is_bound else 200
    response = render(request, "reports/share.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def shares(request: WorkspaceRequest) -> HttpResponse:
    """Show every link that opens a report of this workspace, and those that did."""
    context = {
        "open_links": sharing.open_links(request.workspace),
        "ended_links": sharing.ended_links(request.workspace),
        "now": timezone.now(),
    }
    return render(request, "reports/shares.html", context)


@require_safe
def shares_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream the links as CSV: all, or those to the report of one campaign."""
    asked = request.GET.get("campaign", "")
    chunks = saved_sheets.shares(request.workspace, timezone.now(), asked)
    return downloads.csv(chunks, f"{_('shared-links')}.csv")


@require_POST
def revoke(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Shut a link at once."""
    link = get_object_or_404(request.workspace.share_links, pk=pk)
    if sharing.revoke(link):
        audit.record(
            request, request.workspace, "report_unshared", campaign=link.campaign_id, link=pk
        )
        messages.success(request, _("The link opens nothing any more."))
    if request.POST.get("from") == "shares":
        return redirect("reports:shares")
    return redirect("reports:share", link.campaign_id)


@login_not_required
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show the report to whoever has the link. Nothing is recorded about them.

    Of the link itself, the day it was last opened is kept, so that members can tell which
    ones nobody needs any more.
    """
    if guessing.has_to_wait(request, "reports"):
        minutes = {"minutes": guessing.SECONDS // 60}
        answer = _spoken(request, "reports/shared_wait.html", minutes, status=429)
        answer["Retry-After"] = str(guessing.SECONDS)
        return _quiet(answer)
    link = sharing.find(token)
    if link is None:
        guessing.missed(request, "reports")
        return _quiet(_spoken(request, "reports/shared_nothing.html", {}, status=404))
    if request.method == "GET" and not request.user.is_authenticated:
        sharing.note_opening(link)
    language = languages.of_request(request, last=link.campaign.workspace.language)
    page = cache.get(_key(link, language)) or _page(link, language)
    return _quiet(HttpResponse(page, headers={"Content-Language": language}))


def _spoken(
    request: HttpRequest, template: str, context: dict[str, int], *, status: int
) -> HttpResponse:
    """Answer in the language that the browser asks for: strangers stand before this door."""
    with languages.speaking(languages.of_request(request)):
        answer = render(request, template, context, status=status)
        answer["Content-Language"] = get_language() or ""
    return answer


def _quiet(response: HttpResponse) -> HttpResponse:
    """Let nobody keep the page, find it, or hear of its address."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def _page(link: ShareLink, language: str) -> str:
    workspace = link.campaign.workspace
    context = {
        "link": link,
        "campaign": link.campaign,
        "workspace_name": workspace.name,
        "zone": workspace.time_zone,
        "report": shared_report.of(link.campaign, timezone.now()),
    }
    with languages.speaking(language), timezone.override(workspace.zone):
        page = render_to_string("reports/shared.html", context)
    cache.set(_key(link, language), page, SECONDS_KEPT)
    return page


def _key(link: ShareLink, language: str) -> str:
    return f"reports:shared:{link.pk}:{language}"
