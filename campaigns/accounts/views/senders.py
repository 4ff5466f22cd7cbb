"""Senders: the From identities of a workspace."""

from django.contrib import messages
from django.db.models import Prefetch, ProtectedError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.forms.senders import SenderForm
from campaigns.accounts.models import Sender, StandIn
from campaigns.accounts.requests import WorkspaceRequest


@require_safe
def senders(request: WorkspaceRequest) -> HttpResponse:
    ordered = StandIn.objects.select_related("provider").order_by("position")
    rows = (
        request.workspace.senders.select_related("provider")
        .prefetch_related(Prefetch("stand_ins", ordered))
        .order_by("name", "email")
    )
    return render(request, "accounts/senders.html", {"senders": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def new_sender(request: WorkspaceRequest) -> HttpResponse:
    return _edit(request, Sender(workspace=request.workspace))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_sender(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(request.workspace.senders, pk=pk))


@require_POST
def delete_sender(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Delete a sender that no campaign names."""
    sender = get_object_or_404(request.workspace.senders, pk=pk)
    try:
        sender.delete()
    except ProtectedError:
        messages.error(request, _("Campaigns name this sender, so it stays. Edit it instead."))
        return redirect("accounts:edit_sender", pk)
    audit.record(request, request.workspace, "sender_deleted", sender=pk)
    messages.success(request, _("The sender is deleted."))
    return redirect("accounts:senders")


def _edit(request: WorkspaceRequest, sender: Sender) -> HttpResponse:
    new = sender.pk is None
    form = SenderForm(request.POST or None, instance=sender, workspace=request.workspace)
    saved = saving.saved(form)
    if saved is None:
        status = 422 if form.is_bound else 200
        return render(request, "accounts/sender.html", {"form": form, "new": new}, status=status)
    action = "sender_added" if new else "sender_changed"
    audit.record(request, request.workspace, action, sender=saved.pk, fields=form.changed_data)
    messages.success(request, _("The sender is saved."))
    return redirect("accounts:senders")
