"""What happened between a contact and this workspace."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.reports import story


@require_safe
def timeline(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Return a contact's story as a fragment, the newest first."""
    contact = get_object_or_404(request.workspace.contacts, pk=pk)
    context = {"contact": contact, "moments": story.of(contact)}
    return render(request, "reports/timeline.html", context)
