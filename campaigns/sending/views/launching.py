"""The last page before a campaign goes out: test it, look at the numbers, launch or schedule."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.models import Campaign
from campaigns.sending import launch, pages, scheduling, tasks, testing
from campaigns.sending.forms import ScheduleForm, TestForm
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


@require_POST
def test(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send a test to oneself, as the mail would be for a chosen contact."""
    campaign = _campaign(request, pk)
    form = TestForm(request.POST)
    facts = {"campaign": campaign, "test_form": form}
    if not form.is_valid():
        return _test_answer(request, campaign, form)
    contact = pages.find_contact(request.workspace, form.cleaned_data["contact"])
    if form.cleaned_data["contact"] and contact is None:
        form.add_error("contact", _("None of your contacts has this address."))
        return _test_answer(request, campaign, form)
    try:
        testing.send_test(campaign, form.cleaned_data["address"], contact)
    except testing.TestError as error:
        form.add_error(None, str(error))
        return _test_answer(request, campaign, form)
    audit.record(request, request.workspace, "test_sent", campaign=campaign.pk)
    if request.htmx:
        facts["sent_to"] = form.cleaned_data["address"]
        return render(request, "sending/_test.html", facts)
    messages.success(request, _("The test is on its way."))
    return redirect("sending:confirm", pk)


def _test_answer(request: WorkspaceRequest, campaign: Campaign, form: TestForm) -> HttpResponse:
    if request.htmx:
        return render(request, "sending/_test.html", {"campaign": campaign, "test_form": form})
    return _confirmation(request, campaign, {"test_form": form}, status=422)


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
