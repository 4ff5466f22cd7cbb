"""Members erase a contact who asked them to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.privacy.erasing import erase


@require_http_methods(["GET", "HEAD", "POST"])
def erase_contact(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say what goes and what stays; a POST erases."""
    contact = get_object_or_404(request.workspace.contacts, pk=pk)
    if request.method != "POST":
        return render(request, "privacy/erase_contact.html", {"contact": contact})
    erase([contact.pk])
    audit.record(request, request.workspace, "contact_erased", contact=pk)
    messages.success(request, _("They are erased. Nothing is mailed to the address any more."))
    return redirect("audience:contacts")
