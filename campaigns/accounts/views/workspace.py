"""The settings of the workspace, its record of actions, and moving between workspaces."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, middleware, ordering, policies, roles
from campaigns.accounts.forms.workspace import WorkspaceForm
from campaigns.accounts.models import Member, Workspace
from campaigns.accounts.ordering import Sort
from campaigns.accounts.requests import WorkspaceRequest

_ENTRIES_PER_PAGE = 50
_NEWEST = Sort(("at",), falls=True, by_moment=True)


@roles.role_required(Member.Role.OWNER, to_look=Member.Role.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def workspace_settings(request: WorkspaceRequest) -> HttpResponse:
    """Show the settings to every member; let owners change them."""
    # A fresh copy: an invalid form must not leave its values on the page's workspace.
    workspace = Workspace.objects.get(pk=request.workspace.pk)
    form = WorkspaceForm(request.POST or None, instance=workspace)
    if not form.is_valid():
        context = {"form": form, "policies": policies.EXPLANATIONS}
        status = 422 if form.is_bound else 200
        return render(request, "accounts/workspace.html", context, status=status)
    form.save()
    audit.record(request, request.workspace, "workspace_changed", fields=form.changed_data)
    messages.success(request, _("The settings are saved."))
    return redirect("accounts:settings")


@roles.role_required(Member.Role.OWNER)
@require_safe
def audit_log(request: WorkspaceRequest) -> HttpResponse:
    """What was done in the workspace, newest first."""
    entries = request.workspace.audit.select_related("user")
    at = request.GET.get("at", "")
    page = ordering.page(entries, _NEWEST, at, length=_ENTRIES_PER_PAGE)
    rows = [(entry, audit.label(entry.action)) for entry in page]
    return render(request, "accounts/audit.html", {"page": page, "rows": rows})


@roles.any_role
@require_POST
def switch(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Work in another of one's workspaces from now on."""
    if pk not in {member.workspace_id for member in request.memberships}:
        raise Http404
    request.session[middleware.SESSION_KEY] = pk
    return redirect("/")
