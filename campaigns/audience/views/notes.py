"""Notes on a contact: written, and deleted."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience.models import Contact, Note


class NoteForm(forms.Form):
    """One note."""

    text = forms.CharField(
        label=gettext_lazy("New note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Members see it. So does the person who asks what you keep of them."
        ),
    )


@require_POST
def add_note(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["text"][0]))
        return redirect("audience:contact", pk)
    text = form.cleaned_data["text"]
    one.notes.create(workspace=request.workspace, text=text, author=request.user)
    messages.success(request, _("The note is kept."))
    return redirect("audience:contact", pk)


@require_POST
def delete_note(request: WorkspaceRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(Note, pk=pk, workspace=request.workspace)
    note.delete()
    audit.record(request, request.workspace, "note_deleted", contact=note.contact_id)
    messages.success(request, _("The note is deleted."))
    return redirect("audience:contact", note.contact_id)


def card(contact: Contact) -> dict[str, object]:
    """Return what the card of a contact's notes shows."""
    notes = contact.notes.select_related("author").order_by("-at", "-pk")
    return {"notes": notes, "note_form": NoteForm()}
