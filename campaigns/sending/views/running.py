"""A campaign on its way: how far it is, who did not get it and why, and the brakes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.models import Campaign
from campaigns.sending import pages, steering, tasks


@require_safe
def campaign(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far the campaign is; the numbers renew themselves."""
    found = _campaign(request, pk)
    if found.status == Campaign.Status.DRAFT:
        return redirect("composing:edit", pk)
    facts = pages.running(request, found) | pages.measuring(found)
    return render(request, "sending/campaign.html", facts)


@require_safe
def progress(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The part of the page that renews itself."""
    found = _campaign(request, pk)
    return render(request, "sending/_progress.html", pages.running(request, found))


@require_POST
def pause(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Stop handing mails over."""
    found = _campaign(request, pk)
    if steering.pause(found, pages.paused_by(request)):
        audit.record(request, request.workspace, "campaign_paused", campaign=pk)
    return redirect("sending:campaign", pk)


@require_POST
def resume(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Go on with those who did not get it yet."""
    found = _campaign(request, pk)
    try:
        if steering.resume(found, by=request.user):
            facts = {"campaign": pk, "after": found.pause_cause}
            audit.record(request, request.workspace, "campaign_resumed", **facts)
            tasks.ring_send(pk)
    except steering.SteeringError as error:
        messages.error(request, str(error))
    return redirect("sending:campaign", pk)


@require_POST
def cancel(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """End the campaign for good."""
    found = _campaign(request, pk)
    if steering.cancel(found):
        audit.record(request, request.workspace, "campaign_cancelled", campaign=pk)
    return redirect("sending:campaign", pk)


@require_POST
def to_draft(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a campaign that has not gone out back to be changed."""
    found = _campaign(request, pk)
    if steering.to_draft(found):
        audit.record(request, request.workspace, "campaign_unscheduled", campaign=pk)
        messages.success(request, _("The campaign is a draft again. Nobody got it."))
    return redirect("composing:edit", pk)


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("sender__provider", "workspace")
    return get_object_or_404(campaigns, pk=pk)
