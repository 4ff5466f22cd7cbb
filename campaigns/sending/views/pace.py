"""How fast a sender mails, and what holds a campaign: the pages and verbs of pace."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.sending import pardoning, tasks
from campaigns.sending.pace_forms import PaceForm
from campaigns.sending.pacing import alarms, canary, limits, ramps, showing


@require_http_methods(["GET", "HEAD", "POST"])
def pace(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show and change how much a sender may mail in a second, an hour and a day."""
    sender = get_object_or_404(request.workspace.senders.select_related("provider"), pk=pk)
    form = PaceForm(request.POST or None, limits=limits.of(sender))
    if form.is_valid():
        if limits.change(sender, form.wanted()):
            fields = form.changed_data
            audit.record(request, request.workspace, "pace_changed", sender=pk, fields=fields)
        messages.success(request, _("The limits are saved. They count from the next mails on."))
        return redirect("sending:pace", pk)
    facts = {"sender": sender, "form": form, "pace": showing.of_sender(sender)}
    facts["stopped"] = pardoning.stopped(sender)
    status = 422 if form.is_bound else 200
    return render(request, "sending/pace.html", facts, status=status)


@role_required(Member.Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def provider_pace(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show and change how much a provider is given, whoever of its senders it is from."""
    provider = get_object_or_404(request.workspace.providers, pk=pk)
    known = limits.of_provider(provider)
    form = PaceForm(request.POST or None, limits=known, with_parts=False)
    if form.is_valid():
        if limits.change_provider(provider, form.wanted()):
            fields = form.changed_data
            audit.record(request, request.workspace, "pace_changed", provider=pk, fields=fields)
        messages.success(request, _("The limits are saved. They count from the next mails on."))
        return redirect("sending:provider_pace", pk)
    facts = {"provider": provider, "form": form, "lines": showing.of_provider(provider)}
    status = 422 if form.is_bound else 200
    return render(request, "sending/provider_pace.html", facts, status=status)


@require_POST
def ramp(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Begin or end the warm-up of a sender."""
    sender = get_object_or_404(request.workspace.senders, pk=pk)
    beginning = "begin" in request.POST
    if (ramps.begin if beginning else ramps.end)(sender):
        action = "ramp_begun" if beginning else "ramp_ended"
        audit.record(request, request.workspace, action, sender=pk)
    return redirect("sending:pace", pk)


@require_POST
def resume_sender(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let all campaigns go on that were stopped with their sender."""
    sender = get_object_or_404(request.workspace.senders, pk=pk)
    done = pardoning.pardon(sender, by=request.user)
    for campaign in done.resumed:
        facts = {"campaign": campaign.pk, "after": campaign.pause_cause, "sender": pk}
        audit.record(request, request.workspace, "campaign_resumed", **facts)
        tasks.ring_send(campaign.pk)
    for campaign, why in done.stuck:
        messages.error(request, f"“{campaign.name}”: {why}")
    if done.resumed:
        text = ngettext("%(n)d campaign goes on.", "%(n)d campaigns go on.", len(done.resumed))
        messages.success(request, text % {"n": len(done.resumed)})
    return redirect("sending:pace", pk)


@require_POST
def send_rest(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send to all others without waiting for what becomes of the first few."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    if canary.end(campaign):
        audit.record(request, request.workspace, "canary_ended", campaign=pk)
        tasks.ring_send(pk)
    return redirect("sending:campaign", pk)


@require_POST
def resume_mailbox(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let the part of a campaign go on that a mailbox provider refused."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    mailbox = request.POST.get("mailbox", "")
    if alarms.lift_part(campaign.pk, mailbox, by=request.user):
        facts = {"campaign": pk, "mailbox": mailbox}
        audit.record(request, request.workspace, "mailbox_resumed", **facts)
        tasks.ring_send(pk)
    return redirect("sending:campaign", pk)
