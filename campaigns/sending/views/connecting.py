"""Ask a provider, at the press of a button, whether it would take our mail."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.sending import connecting


@role_required(Member.Role.OWNER)
@require_POST
def connection(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Connect, sign in, and show what the server said."""
    provider = get_object_or_404(request.workspace.providers, pk=pk)
    finding = connecting.ask(provider)
    audit.record(request, request.workspace, "provider_tested", provider=pk, good=finding.good)
    return render(request, "sending/connection.html", {"provider": provider, "finding": finding})
