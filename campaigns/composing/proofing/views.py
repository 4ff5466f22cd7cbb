"""The page that reads a campaign's proofs. What takes seconds comes after the page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import tasks
from campaigns.composing.models import Campaign
from campaigns.composing.proofing import looking, proof
from campaigns.composing.proofing.finding import TALK


@require_safe
def check(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what is to mend in a campaign, what must be before what may be."""
    campaign = _campaign(request, pk)
    found = proof.of_mail(campaign)
    context = {
        "campaign": campaign,
        "found": found,
        # A missing yes is no fault of the mail: all of it can be looked at meanwhile.
        "blocked": any(one.finding.weight == "must" and one.finding.field != TALK for one in found),
        **_links(campaign),
    }
    return render(request, "composing/proofing/check.html", context)


@require_safe
def others(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what recipients' fields, name servers and a spam filter say."""
    campaign = _campaign(request, pk)
    context = {"campaign": campaign, "found": proof.of_others(campaign)}
    return render(request, "composing/proofing/_others.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what is at the end of the links; posted to, have them looked at."""
    campaign = _campaign(request, pk)
    if request.method == "POST":
        looking.ask(campaign, tasks.look_at_links.delay)
    return render(
        request, "composing/proofing/_links.html", {"campaign": campaign, **_links(campaign)}
    )


def _links(campaign: Campaign) -> dict[str, object]:
    return {"at_links": proof.of_links(campaign)}


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("sender__provider", "workspace")
    return get_object_or_404(campaigns, pk=pk)
