"""Lists: all of them, one with its people, and making, renaming and deleting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import browsing, deleting, fields, subscribing, tasks
from campaigns.audience.forms import AddContactForm, ListForm
from campaigns.audience.models import Consent, List


@require_safe
def lists(request: WorkspaceRequest) -> HttpResponse:
    """Show all; while some are being deleted, htmx asks again how far that is."""
    rows = request.workspace.lists.browse(request.GET)
    leaving = List.everything.leaving().filter(workspace=request.workspace).order_by("name")
    context = {"lists": rows, "leaving": leaving, "any": rows or request.workspace.lists.exists()}
    return render(request, "audience/lists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_list(request: WorkspaceRequest) -> HttpResponse:
    return _edit(request, List(workspace=request.workspace))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_list(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(request.workspace.lists, pk=pk))


@require_safe
def one_list(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.lists.with_counts(), pk=pk)
    everybody = request.workspace.contacts.all()
    shown = everybody.with_suppressed()
    page = browsing.page(everybody, request.GET, one.pk, shown=shown)
    context = {
        "list": one,
        "page": page,
        "found_more": "q" in request.GET and page.total > browsing.MOST_FOUND,
        "columns": fields.listed(request.workspace.pk),
        "imports": one.imports.order_by("-pk")[:10],
        "statuses": browsing.STATUSES,
        "consents": Consent.choices,
    }
    return render(request, "audience/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_list(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.lists.with_counts(), pk=pk)
    takes_long = one.subscriptions.count() > deleting.AT_ONCE
    if request.method != "POST":
        context = {"list": one, "takes_long": takes_long}
        return render(request, "audience/delete_list.html", context)
    if deleting.start(one, request.user):
        audit.record(request, request.workspace, "list_deleted", list=pk)
        if takes_long:
            tasks.delete_list.delay(pk)
            messages.success(
                request, _("The list is being deleted. Its people are still contacts.")
            )
        else:
            deleting.run(pk)
            messages.success(request, _("The list is deleted. Its people are still contacts."))
    return redirect("audience:lists")


@require_http_methods(["GET", "HEAD", "POST"])
def add_contact(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Put one person on the list by hand."""
    one = get_object_or_404(request.workspace.lists, pk=pk)
    form = AddContactForm(request.POST or None, initial={"basis": "consent"})
    if form.is_valid():
        values = form.cleaned_data
        names = {name: values[name] for name in ("first_name", "last_name")}
        basis = subscribing.Basis(values["basis"], values["basis_note"], request.user)
        try:
            contact = subscribing.add(one, values["email"], names, basis)
        except subscribing.SubscribingError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("They are on the list."))
            return redirect("audience:contact", contact.pk)
    status = 422 if form.is_bound else 200
    return render(request, "audience/add_contact.html", {"form": form, "list": one}, status=status)


def _edit(request: WorkspaceRequest, one: List) -> HttpResponse:
    new = one.pk is None
    form = ListForm(request.POST or None, instance=one)
    saved = saving.saved(form)
    if saved is None:
        status = 422 if form.is_bound else 200
        return render(request, "audience/edit_list.html", {"form": form, "new": new}, status=status)
    audit.record(request, request.workspace, "list_added" if new else "list_changed", list=saved.pk)
    messages.success(request, _("The list is saved."))
    return redirect("audience:list", saved.pk)
