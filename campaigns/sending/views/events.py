"""The doors for providers' events: one for the provider, one for the member who opens it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.sending import sns, topics, webhooks
from campaigns.sending.models import Door, Topic


@csrf_exempt
@login_not_required
@require_http_methods(["POST", "HEAD", "GET"])
def provider_events(request: HttpRequest, pk: int, secret: str) -> HttpResponse:
    """Take in what a provider tells, if its door is open and this is its secret."""
    provider = webhooks.behind(pk, secret)
    # Looking changes nothing: some providers look before they tell.
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
        "lacks_key": webhooks.lacks_key(provider),
        "topics": Topic.objects.filter(provider=provider).order_by("pk"),
    }
    return render(request, "sending/door.html", facts)


@role_required(Member.Role.OWNER)
@require_POST
def topic(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let one of Amazon's topics in, or forget it."""
    topics_ = Topic.objects.filter(provider__workspace=request.workspace)
    found = get_object_or_404(topics_, pk=pk)
    if "forget" in request.POST:
        topics.forget(found)
        audit.record(request, request.workspace, "topic_forgotten", provider=found.provider_id)
        return redirect("sending:door", found.provider_id)
    try:
        topics.let_in(found)
    except sns.SnsError as error:
        messages.error(request, _("It was not confirmed: %(why)s.") % {"why": error})
        return redirect("sending:door", found.provider_id)
    audit.record(request, request.workspace, "topic_let_in", provider=found.provider_id)
    messages.success(request, _("Amazon tells us from now on what becomes of your mails."))
    return redirect("sending:door", found.provider_id)
