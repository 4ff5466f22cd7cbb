"""The doors for providers' events: one for the provider, one for the member who opens it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.sending import webhooks
from campaigns.sending.models import Door


@csrf_exempt
@login_not_required
@require_http_methods(["POST", "HEAD"])
def provider_events(request: HttpRequest, pk: int, secret: str) -> HttpResponse:
    """Take in what a provider tells, if its door is open and this is its secret."""
    provider = webhooks.behind(pk, secret)
    if provider is None:
        raise Http404
    return webhooks.take_in(provider, request)


@role_required(Member.Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Open or close the way for a provider's events, and show its address."""
    provider = get_object_or_404(request.workspace.providers, pk=pk)
    if not webhooks.has_door(provider):
        raise Http404
    if request.method == "POST":
        opening = "open" in request.POST
        (webhooks.open_door if opening else webhooks.close_door)(provider)
        action = "events_opened" if opening else "events_closed"
        audit.record(request, request.workspace, action, provider=pk)
        return redirect("sending:door", pk)
    found = Door.objects.filter(provider=provider).first()
    facts = {
        "provider": provider,
        "opened_at": found.opened_at if found else None,
        "address": webhooks.address(found) if found else "",
    }
    return render(request, "sending/door.html", facts)
