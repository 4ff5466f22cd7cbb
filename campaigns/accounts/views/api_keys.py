"""Keys for programs; only owners make them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit, roles
from campaigns.accounts.api_keys import making
from campaigns.accounts.forms.api_keys import ApiKeyForm
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest


@roles.role_required(Member.Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: WorkspaceRequest) -> HttpResponse:
    """Show the keys; a POST makes one, whose text is shown once."""
    form, text = ApiKeyForm(request.POST or None), ""
    if form.is_valid():
        member = next(one for one in request.memberships if one.workspace == request.workspace)
        key, text = making.make(member, **form.cleaned_data)
        audit.record(request, request.workspace, "api_key_made", key=key.pk, scopes=key.scopes)
        form = ApiKeyForm()
    context = {"form": form, "text": text, "keys": making.keys_of(request.workspace)}
    status = 422 if form.is_bound else 200
    response = render(request, "accounts/api_keys.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@roles.role_required(Member.Role.OWNER)
@require_POST
def revoke_api_key(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Shut a key at once."""
    key = get_object_or_404(request.workspace.api_keys, pk=pk)
    if making.revoke(key):
        audit.record(request, request.workspace, "api_key_revoked", key=pk)
        messages.success(request, _("The key opens nothing any more."))
    return redirect("accounts:api_keys")
