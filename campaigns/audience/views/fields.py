"""A workspace's own fields: all of them, and making, changing and moving one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import fields, tasks
from campaigns.audience.field_forms import FieldForm
from campaigns.audience.models import Field


@require_safe
def all_fields(request: WorkspaceRequest) -> HttpResponse:
    context = {
        "fields": fields.of(request.workspace.pk),
        "deleted": fields.deleted(request.workspace.pk),
    }
    return render(request, "audience/fields.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_field(request: WorkspaceRequest) -> HttpResponse:
    return _edit(request, Field(workspace=request.workspace))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_field(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(request.workspace.contact_fields.staying(), pk=pk))


@require_POST
def move_field(request: WorkspaceRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(request.workspace.contact_fields.staying(), pk=pk)
    fields.move(field, up=request.POST.get("to") == "up")
    return redirect("audience:fields")


@require_http_methods(["GET", "HEAD", "POST"])
def delete_field(request: WorkspaceRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(request.workspace.contact_fields.staying(), pk=pk)
    if request.method != "POST":
        people = request.workspace.contacts.filter(fields__has_key=field.key).count()
        return render(request, "audience/delete_field.html", {"field": field, "people": people})
    if fields.leave(field):
        audit.record(request, request.workspace, "field_deleted", field=pk)
    messages.success(request, _("The field is deleted. You can take that back for 30 days."))
    return redirect("audience:fields")


@require_POST
def restore_field(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take back that a field was deleted."""
    field = get_object_or_404(request.workspace.contact_fields, pk=pk)
    same = request.workspace.contact_fields.staying().filter(label__iexact=field.label)
    if same.exclude(pk=pk).exists():
        messages.error(request, _("Another field has this name now. Rename that one first."))
    elif fields.come_back(field):
        audit.record(request, request.workspace, "field_restored", field=pk)
        messages.success(request, _("The field is back, with everybody's values."))
    return redirect("audience:fields")


@require_POST
def strip_field(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let a deleted field go for good, now."""
    field = get_object_or_404(request.workspace.contact_fields, pk=pk)
    if fields.let_go(field):
        audit.record(request, request.workspace, "field_stripped", field=pk)
        if not fields.strip(field):
            tasks.strip_fields.delay_on_commit()
        messages.success(request, _("The field is gone, and its values go."))
    return redirect("audience:fields")


def _edit(request: WorkspaceRequest, one: Field) -> HttpResponse:
    new = one.pk is None
    form = FieldForm(request.POST or None, instance=one)
    saved = saving.saved(form)
    if saved is None:
        status = 422 if form.is_bound else 200
        context = {"form": form, "field": one, "new": new}
        return render(request, "audience/edit_field.html", context, status=status)
    action = "field_added" if new else "field_changed"
    audit.record(request, request.workspace, action, field=saved.pk)
    messages.success(request, _("The field is saved."))
    return redirect("audience:fields")
