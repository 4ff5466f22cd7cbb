"""The requests our views get: signed in, and within a workspace."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from campaigns.accounts.models import User, Workspace


class WorkspaceRequest(HttpRequest):
    """A request by a member; `WorkspaceMiddleware` and `LoginRequiredMiddleware` made it so."""

    user: User
    workspace: Workspace
    htmx: HtmxDetails
