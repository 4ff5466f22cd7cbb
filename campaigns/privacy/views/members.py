"""Members erase a contact who asked them to, or take along what is kept of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.privacy.erasing import erase
from campaigns.privacy.take_away import take_away


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


@require_safe
def kept(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Hand out the file that the person would get."""
    contact = get_object_or_404(request.workspace.contacts.select_related("workspace"), pk=pk)
    headers = {
        "Content-Disposition": f'attachment; filename="contact-{pk}.json"',
        "Cache-Control": "private, no-store",
    }
    body = take_away(contact, timezone.now())
    return HttpResponse(body, content_type="application/json", headers=headers)
