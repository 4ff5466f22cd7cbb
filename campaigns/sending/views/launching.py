"""The last page before a campaign goes out: test it, look at the numbers, launch or schedule."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.models import Campaign
from campaigns.sending import launch, pages, scheduling, tasks
from campaigns.sending.forms import ScheduleForm
from campaigns.sending.pacing import canary


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say who gets it, from whom and how they are tracked; then launch or schedule."""
    campaign = _campaign(request, pk)
    if campaign.status not in launch.LAUNCHABLE:
        return redirect("sending:campaign", pk)
    if request.method != "POST":
        return render(request, "sending/confirm.html", pages.confirmation(request, campaign))
    if pages.obstacles(campaign):
        return _confirmation(request, campaign, {}, status=422)
    if "canary_asked" in request.POST:
        canary.choose(campaign, first="canary" in request.POST)
    return _schedule(request, campaign) if "schedule" in request.POST else _go(request, campaign)


def _go(request: WorkspaceRequest, campaign: Campaign) -> HttpResponse:
    if launch.launch(campaign):
        audit.record(request, request.workspace, "campaign_launched", campaign=campaign.pk)
        tasks.ring_launch(campaign.pk)
    return redirect("sending:campaign", campaign.pk)


def _schedule(request: WorkspaceRequest, campaign: Campaign) -> HttpResponse:
    form = ScheduleForm(request.POST, workspace=request.workspace)
    facts = {"schedule_form": form, "scheduling": True}
    try:
        if form.is_valid():
            values = form.cleaned_data
            if values["locally"] and not form.is_agreed():
                facts["plan"] = scheduling.plan(campaign, values["wall"], values["zone"])
                facts |= {"wall": values["wall"], "zone": values["zone"]}
                return _confirmation(request, campaign, facts, status=200)
            if _do_schedule(campaign, values):
                audit.record(request, request.workspace, "campaign_scheduled", campaign=campaign.pk)
            return redirect("sending:campaign", campaign.pk)
    except scheduling.ScheduleError as error:
        form.add_error("time", str(error))
    return _confirmation(request, campaign, facts, status=422)


def _do_schedule(campaign: Campaign, values: dict[str, Any]) -> bool:
    if values["locally"]:
        return scheduling.schedule_locally(campaign, values["wall"], values["zone"])
    return scheduling.schedule(campaign, values["at"], values["zone"])


def _confirmation(
    request: WorkspaceRequest, campaign: Campaign, facts: dict[str, Any], *, status: int
) -> HttpResponse:
    found = pages.confirmation(request, campaign) | facts
    return render(request, "sending/confirm.html", found, status=status)


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("sender__provider", "workspace")
    return get_object_or_404(campaigns, pk=pk)
