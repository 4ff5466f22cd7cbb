"""Stop measuring a campaign, and what providers record behind our back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.sending import leaks as leaking
from campaigns.sending import pages
from campaigns.sending import stop_measuring as stopping


@require_POST
def stop_measuring(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Collect nothing of a campaign any more, of mails that are out either."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    erase = "erase" in request.POST
    if stopping.stop(campaign, erase=erase):
        audit.record(request, request.workspace, "measuring_stopped", campaign=pk, erased=erase)
        messages.success(request, _("Nothing is collected any more, from mails that are out too."))
    return redirect("sending:campaign", pk)


@require_safe
def leaks(request: WorkspaceRequest) -> HttpResponse:
    """Show whether providers track by themselves, and how that is switched off."""
    return render(request, "sending/leaks.html", pages.provider_tracking_of(request.workspace))


@role_required(Member.Role.OWNER)
@require_POST
def mend_leak(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """An owner says that the provider's tracking is off now."""
    provider = get_object_or_404(request.workspace.providers, pk=pk)
    if leaking.mend(provider, by=request.user):
        audit.record(request, request.workspace, "leak_mended", provider=pk)
        messages.success(request, _("Noted. If it tells of mails sent from now on, we say so."))
    return redirect("sending:leaks")
