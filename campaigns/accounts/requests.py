"""The requests our views get: signed in, and within a workspace."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from campaigns.accounts.models import Member, User, Workspace


class WorkspaceRequest(HttpRequest):
    """A request by a member; `WorkspaceMiddleware` and `LoginRequiredMiddleware` made it so."""

    user: User
    workspace: Workspace
    # The member's role in that workspace, and all places the user has in workspaces.
    role: str
    memberships: list[Member]
    # Whether the local inbox takes mails: until the workspace has a sender of a real provider.
    inbox_is_on: bool
    htmx: HtmxDetails
