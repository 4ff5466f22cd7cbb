"""Give every request its workspace: the one that the signed-in user works in."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts import roles
from campaigns.accounts.models import Member, User, Workspace

SESSION_KEY = "workspace_id"


class WorkspaceMiddleware:
    """Set `request.workspace` and `request.role`, and hold the member to that role.

    Stands before `LoginRequiredMiddleware`, and does nothing on public pages: recipients
    cost no look-up of a session. Times are shown in the zone of the workspace.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _enter(request, None, [])
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., object],
        view_args: list[Any],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        if not isinstance(request.user, User):
            return None if Workspace.objects.exists() else redirect("accounts:setup")
        memberships = list(Member.objects.of_user(request.user))
        member = _chosen(request, memberships)
        _enter(request, member, memberships)
        if member is None:
            return _no_workspace(request) if roles.needed(view).workspace else None
        timezone.activate(member.workspace.zone)
        if not roles.may(member.role, request, view):
            raise PermissionDenied(_("Your role does not allow this. Ask an owner to do it."))
        return None


def _enter(request: HttpRequest, member: Member | None, memberships: list[Member]) -> None:
    workspace = member.workspace if member else None
    # Django's request class has no such attributes: see `requests.WorkspaceRequest`.
    request.workspace = workspace  # type: ignore[attr-defined]
    request.role = member.role if member else ""  # type: ignore[attr-defined]
    request.memberships = memberships  # type: ignore[attr-defined]
    # Asked along by `MemberQuerySet.of_user`.
    real = getattr(member, "has_real_sender", True)
    request.inbox_is_on = not real  # type: ignore[attr-defined]


def _chosen(request: HttpRequest, memberships: list[Member]) -> Member | None:
    chosen = request.session.get(SESSION_KEY)
    for member in memberships:
        if member.workspace_id == chosen:
            return member
    return memberships[0] if memberships else None


def _no_workspace(request: HttpRequest) -> HttpResponse:
    if not Workspace.objects.exists():
        return redirect("accounts:setup")
    return render(request, "accounts/no_workspace.html", status=403)
