"""Members make the sign-up form of a list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience.sign_ups import snippets
from campaigns.audience.sign_ups.editing import SignUpEditing, form_of


@require_http_methods(["GET", "HEAD", "POST"])
def edit_form(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the form's settings and how to put it on a page; a POST saves."""
    one = get_object_or_404(request.workspace.lists, pk=pk)
    form = form_of(one)
    editing = SignUpEditing(request.POST or None, instance=form)
    if (saved := saving.saved(editing)) is not None:
        audit.record(
            request, request.workspace, "sign_up_form_changed", list=pk, open=saved.is_open
        )
        messages.success(request, _("The sign-up form is saved."))
        return redirect("audience:sign_up_form", pk)
    context: dict[str, object] = {"list": one, "editing": editing, "form": form}
    if form.pk:
        context["ways"] = snippets.of(form)
        context["waiting"] = form.sign_ups.waiting().count()
    status = 422 if editing.is_bound else 200
    return render(request, "audience/sign_up_form.html", context, status=status)
