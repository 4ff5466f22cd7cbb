"""Another chance, after a member was told how many and what it means."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.models import Campaign
from campaigns.sending import again, doubts, pages, reminding, tasks
from campaigns.sending.forms import AgainForm, RemindForm, RetryForm


@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say why mails did not arrive, and try those again whose reasons are chosen."""
    campaign = _campaign(request, pk)
    form = RetryForm(request.POST or None)
    if not form.is_valid():
        facts = pages.retrying(campaign, form)
        return render(request, "sending/retry.html", facts, status=422 if form.is_bound else 200)
    done = again.retry(campaign, by=request.user, **form.cleaned_data)
    text = ngettext("%(n)d mail is tried again.", "%(n)d mails are tried again.", done)
    return _done(request, campaign, done, text)


@require_http_methods(["GET", "HEAD", "POST"])
def unconfirmed(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say what “not confirmed” means and for how many, and send to them again."""
    campaign = _campaign(request, pk)
    form = AgainForm(request.POST or None)
    if not form.is_valid():
        return render(request, "sending/unconfirmed.html", pages.unconfirmed(campaign))
    done = again.resend_unconfirmed(campaign, by=request.user, **form.cleaned_data)
    text = ngettext("%(n)d mail is sent again.", "%(n)d mails are sent again.", done)
    return _done(request, campaign, done, text)


@require_http_methods(["GET", "HEAD", "POST"])
def joined(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say how many joined since the launch, and send the campaign to them."""
    campaign = _campaign(request, pk)
    if request.method != "POST":
        return render(request, "sending/joined.html", pages.joined(campaign))
    few_first = "canary" in request.POST or "canary_asked" not in request.POST
    done = again.send_to_joined(campaign, few_first=few_first, by=request.user)
    text = ngettext("It goes to %(n)d person more.", "It goes to %(n)d people more.", done)
    return _done(request, campaign, done, text)


@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say who did not open it as far as we know, and draft a reminder to them."""
    campaign = _campaign(request, pk)
    form = RemindForm(request.POST or None, subject=campaign.subject)
    if not form.is_valid():
        facts = {"campaign": campaign, "form": form, "reach": reminding.reach(campaign)}
        return render(request, "sending/remind.html", facts, status=422 if form.is_bound else 200)
    reminder = reminding.remind(campaign, request.user, form.cleaned_data["subject"])
    audit.record(request, request.workspace, "reminder_drafted", campaign=reminder.pk, of=pk)
    messages.success(request, _("This is the reminder. Nobody gets it before you send it."))
    return redirect("composing:edit", reminder.pk)


@require_POST
def on_unknown(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Choose what becomes of mails of which nobody can know whether they arrived."""
    campaign = _campaign(request, pk)
    policy = request.POST.get("on_unknown", "")
    if policy in Campaign.OnUnknown.values and doubts.choose(campaign, policy):
        audit.record(request, request.workspace, f"unconfirmed_{policy}", campaign=pk)
        messages.success(request, _("Saved."))
    return redirect("sending:confirm", pk)


def _done(request: WorkspaceRequest, campaign: Campaign, count: int, text: str) -> HttpResponse:
    chance = again.under_way(campaign)
    if chance is not None:
        messages.success(
            request, _("This takes a while, and goes on by itself. See how far it is.")
        )
        tasks.ring_chance(chance.pk)
    elif count:
        messages.success(request, text % {"n": count})
    else:
        messages.info(request, _("There was nothing left to do: somebody may have done it."))
    if count:
        tasks.ring_send(campaign.pk)
    return redirect("sending:campaign", campaign.pk)


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("sender__provider", "workspace")
    return get_object_or_404(campaigns, pk=pk)
