"""Decide whether a database that looks like a copy sends."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.accounts import audit, roles
from campaigns.accounts.models import Member, Workspace
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.sending import fence


@roles.role_required(Member.Role.OWNER)
@require_POST
def decide(request: WorkspaceRequest) -> HttpResponse:
    """Let this database send, or keep it quiet."""
    if request.POST.get("choice") == "send":
        if fence.go_on():
            _record(request, "copy_sends")
            messages.success(request, _("Candid sends from this database from now on."))
    elif request.POST.get("choice") == "quiet" and fence.keep_quiet():
        _record(request, "copy_kept_quiet")
    return redirect("reports:home")


def _record(request: WorkspaceRequest, action: str) -> None:
    """It concerns all workspaces; who decided it is only for their own to know."""
    for workspace in Workspace.objects.all():
        mine = workspace.pk == request.workspace.pk
        audit.record(request if mine else None, workspace, action)
