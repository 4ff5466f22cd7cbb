"""Providers: the accounts that take our mail, with credentials nobody can read back."""

from django.contrib import messages
from django.db.models import Count, ProtectedError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, roles
from campaigns.accounts.encryption import EncryptionError
from campaigns.accounts.forms.senders import ProviderForm
from campaigns.accounts.models import Member, Provider
from campaigns.accounts.providers import SILENT
from campaigns.accounts.requests import WorkspaceRequest


@require_safe
def providers(request: WorkspaceRequest) -> HttpResponse:
    rows = request.workspace.providers.annotate(
        uses=Count("senders", distinct=True) + Count("stand_ins", distinct=True)
    ).order_by("name")
    context = {"providers": rows, "kinds": Provider.Kind.choices}
    return render(request, "accounts/providers.html", context)


@roles.role_required(Member.Role.OWNER)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_provider(request: WorkspaceRequest, kind: str) -> HttpResponse:
    if kind not in Provider.Kind.values:
        raise Http404
    return _edit(request, Provider(workspace=request.workspace, kind=kind))


@roles.role_required(Member.Role.OWNER)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def edit_provider(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(request.workspace.providers, pk=pk))


@roles.role_required(Member.Role.OWNER)
@require_POST
def delete_provider(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Delete a provider that no sender mails through."""
    provider = get_object_or_404(request.workspace.providers, pk=pk)
    try:
        provider.delete()
    except ProtectedError:
        messages.error(request, _("Senders mail through this provider. Give them another first."))
        return redirect("accounts:providers")
    audit.record(request, request.workspace, "provider_deleted", provider=pk, kind=provider.kind)
    messages.success(request, _("The provider is deleted."))
    return redirect("accounts:providers")


def _edit(request: WorkspaceRequest, provider: Provider) -> HttpResponse:
    new = provider.pk is None
    form = _form(request, provider)
    if not form.is_valid():
        tells = not new and provider.kind not in SILENT
        context = {"form": form, "provider": provider, "new": new, "tells": tells}
        status = 422 if form.is_bound else 200
        return render(request, "accounts/provider.html", context, status=status)
    saved = form.save()
    action = "provider_added" if new else "provider_changed"
    audit.record(request, request.workspace, action, provider=saved.pk, kind=saved.kind)
    messages.success(request, _("The provider is saved."))
    return redirect("accounts:providers")


def _form(request: WorkspaceRequest, provider: Provider) -> ProviderForm:
    try:
        return ProviderForm(request.POST or None, provider=provider)
    except EncryptionError:
        # SECRET_KEY was changed: what it sealed is lost, and has to be written again.
        messages.warning(request, _("The stored keys cannot be read any more. Enter them again."))
        provider.credentials = {}
        return ProviderForm(request.POST or None, provider=provider)
