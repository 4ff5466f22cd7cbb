"""Contacts that may be one person: all of them, two side by side, and making them one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import browsing, numbers, tasks
from campaigns.audience.duplicates import looking, sides, sweeping, turning, uniting
from campaigns.audience.duplicates.forms import MergeForm
from campaigns.audience.models import Resemblance, ResemblanceLook

FOUND = 20


@require_safe
def duplicates(request: WorkspaceRequest) -> HttpResponse:
    """Show whom the last look found; while one is going on, htmx asks again."""
    reason = request.GET.get("reason", "")
    context = {
        "page": turning.page(request.workspace, request.GET),
        "sweep": sweeping.newest(request.workspace),
        "sweepable": reason if reason in sweeping.REASONS else "",
        "look": ResemblanceLook.objects.filter(workspace=request.workspace).first(),
        "reasons": Resemblance.Reason.choices,
        "most": looking.MOST,
    }
    return render(request, "audience/duplicates.html", context)


@require_POST
def look_for_duplicates(request: WorkspaceRequest) -> HttpResponse:
    looking.ask(request.workspace)
    tasks.look_for_duplicates.delay_on_commit(request.workspace.pk)
    return redirect("audience:duplicates")


@require_http_methods(["GET", "HEAD", "POST"])
def sweep(request: WorkspaceRequest) -> HttpResponse:
    """Say how many pairs of a reason become one person each and what that means; a POST begins."""
    asked = request.POST if request.method == "POST" else request.GET
    reason = asked.get("reason", "")
    pairs = sweeping.pairs(request.workspace, reason) if reason in sweeping.REASONS else None
    if pairs is None or not pairs.count:
        return redirect("audience:duplicates")
    if request.method != "POST":
        label = Resemblance.Reason(reason).label
        context = {"pairs": pairs, "reason": reason, "label": label}
        return render(request, "audience/sweep_duplicates.html", context)
    upto = numbers.identity(asked.get("upto", ""))
    begun = sweeping.start(request.workspace, reason, upto, request.user)
    if begun is None:
        messages.error(request, _("Nothing was begun: another one goes on, or no pair is left."))
    else:
        facts = {"reason": reason, "pairs": begun.pairs}
        audit.record(request, request.workspace, "duplicates_swept", **facts)
        tasks.sweep_duplicates.delay_on_commit(begun.pk)
    return redirect("audience:duplicates")


@require_POST
def stop_sweep(request: WorkspaceRequest) -> HttpResponse:
    if sweeping.stop(request.workspace):
        messages.success(request, _("Stopped. Pairs that were merged already stay one person."))
    return redirect("audience:duplicates")


@require_POST
def not_the_same(request: WorkspaceRequest) -> HttpResponse:
    """Remember of the pairs that are ticked, or of one by its button, that they are two."""
    pairs = numbers.identities(request.POST.getlist("pair"))
    noted = looking.dismiss(request.workspace, pairs, request.user)
    if noted:
        text = ngettext(
            "Noted: they are two people. You are not asked again.",
            "Noted: these %(n)s pairs are two people each. You are not asked again.",
            noted,
        )
        messages.success(request, text % {"n": noted})
    return redirect("audience:duplicates")


@require_safe
def find_other(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Look for the contact that is the same person."""
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    words = request.GET.get("q", "").strip()
    people = request.workspace.contacts.exclude(pk=pk)
    found = browsing.browse(people, {"q": words})[:FOUND] if words else []
    context = {"contact": one, "found": found, "words": words}
    return render(request, "audience/find_other.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge_contacts(request: WorkspaceRequest, pk: int, other_pk: int) -> HttpResponse:
    """Show two contacts side by side; a POST makes them one, for good."""
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    other = get_object_or_404(request.workspace.contacts.exclude(pk=pk), pk=other_pk)
    form = MergeForm(one, other, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _side_by_side(request, form, 422 if form.is_bound else 200)
    kept, gone, values = form.chosen()
    try:
        if form.is_stale():
            raise uniting.UnitingError
        uniting.unite(kept, gone, values, request.user)
    except uniting.UnitingError:
        messages.error(request, _("One of them was changed meanwhile. Look at both again."))
        return redirect("audience:merge_contacts", pk, other_pk)
    audit.record(request, request.workspace, "contacts_merged", contact=kept.pk, merged=gone.pk)
    messages.success(request, _("They are one person now."))
    return redirect("audience:contact", kept.pk)


def _side_by_side(request: WorkspaceRequest, form: MergeForm, status: int) -> HttpResponse:
    one, other = form.sides
    context = {
        "form": form,
        "contact": one,
        "other": other,
        "choices": sides.choices(form),
        "facts": sides.facts(form),
    }
    return render(request, "audience/merge_contacts.html", context, status=status)
