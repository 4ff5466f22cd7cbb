"""Give every request its workspace: the one that the signed-in user works in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from campaigns.accounts.models import Workspace

SESSION_KEY = "workspace_id"


class WorkspaceMiddleware:
    """Set `request.workspace`: a workspace of the user, or None before sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.workspace = _workspace_of(request)  # type: ignore[attr-defined]  # ours
        return self.get_response(request)


def _workspace_of(request: HttpRequest) -> Workspace | None:
    if not request.user.is_authenticated:
        return None
    workspaces = request.user.workspaces.order_by("pk")
    chosen = request.session.get(SESSION_KEY)
    if chosen is not None:
        return workspaces.filter(pk=chosen).first() or workspaces.first()
    return workspaces.first()
