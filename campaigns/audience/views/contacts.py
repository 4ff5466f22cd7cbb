"""Contacts: all of them, and one with what is known, agreed and subscribed."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import (
    browsing,
    changing,
    consent,
    fields,
    looking,
    numbers,
    people,
    subscribing,
    suppression,
    suspecting,
    unsubscribing,
)
from campaigns.audience.duplicates.looking import twins
from campaigns.audience.forms import BasisForm, ContactForm
from campaigns.audience.models import Consent, ConsentEntry, Subscription, Unsubscription
from campaigns.audience.views import notes, tags


@require_safe
def contacts(request: WorkspaceRequest) -> HttpResponse:
    lists = request.workspace.lists.order_by("name")
    asked = looking.asked(request.workspace, request.GET)
    shown = request.workspace.contacts.with_suppressed()
    shown = shown.prefetch_related(_subscribed_lists(), *tags.shown())
    page = browsing.page(asked.people, request.GET, asked.list_id, shown=shown)
    context = {
        "page": page,
        "deed": asked.deed,
        "segment": asked.segment,
        "is_of_what_is_gone": asked.is_of_what_is_gone,
        "found_more": "q" in request.GET and page.total > browsing.MOST_FOUND,
        "any": request.workspace.contacts.exists(),
        "lists": lists,
        # Where people who are added go, if there is no choice.
        "goal": asked.list or (lists[0] if len(lists) == 1 else None),
        "tags": request.workspace.tags.order_by("name")[:500],
        "columns": fields.listed(request.workspace.pk),
        "chosen": asked.list,
        "statuses": browsing.STATUSES,
        "oddities": suspecting.Oddity.choices,
        "consents": Consent.choices,
    }
    return render(request, "audience/contacts.html", context)


@require_safe
def contact(request: WorkspaceRequest, pk: int) -> HttpResponse:
    if into := people.merged_into(request.workspace.pk, pk):
        return redirect("audience:contact", into)
    one = get_object_or_404(request.workspace.contacts.with_suppressed(), pk=pk)
    subscriptions = one.subscriptions.select_related("list").order_by("list__name")
    said = consent.answers(one)
    context = {
        "contact": one,
        "oddities": suspecting.of(one.email),
        "stops": suppression.reasons(one.workspace_id, one.email),
        "subscriptions": subscriptions,
        "twins": twins(one),
        "choices": request.workspace.lists.exclude(
            pk__in=one.subscriptions.subscribed().values("list")
        ).order_by("name"),
        **tags.card(one),
        **notes.card(one),
        "fields": fields.facts(one, fields.of(one.workspace_id)),
        "entries": one.consent_entries.select_related("actor", "notice").order_by("-at", "-pk"),
        "answers": list(said.items()),
        "may_withdraw": not set(said.values()) <= {Consent.REFUSED, Consent.WITHDRAWN},
        "basis_form": BasisForm(initial={"basis": "consent"}),
    }
    return render(request, "audience/contact.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_contact(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    before = changing.snapshot(one)
    form = ContactForm(request.POST or None, instance=one)
    saved = saving.saved(form)
    if saved is None:
        status = 422 if form.is_bound else 200
        return render(
            request, "audience/edit_contact.html", {"form": form, "contact": one}, status=status
        )
    changing.note_edit(saved, before, request.user)
    messages.success(request, _("The contact is saved."))
    return redirect("audience:contact", pk)


@require_POST
def subscribe(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Put the contact on a list, on the basis that the member states."""
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    onto = get_object_or_404(
        request.workspace.lists, pk=numbers.identity(request.POST.get("list", ""))
    )
    form = BasisForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("audience:contact", pk)
    values = form.cleaned_data
    basis = subscribing.Basis(values["basis"], values["basis_note"], request.user)
    try:
        subscribing.subscribe(one, onto, basis)
    except subscribing.SubscribingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("They are on “%(list)s”.") % {"list": onto.name})
    return redirect("audience:contact", pk)


@require_POST
def unsubscribe(request: WorkspaceRequest, pk: int, list_pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    off = get_object_or_404(request.workspace.lists, pk=list_pk)
    unsubscribing.unsubscribe_from(one, [off], Unsubscription.Source.MEMBER, request.user)
    messages.success(request, _("They get nothing from “%(list)s” any more.") % {"list": off.name})
    return redirect("audience:contact", pk)


@require_POST
def stop_measuring(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Record that the person does not want to be measured: a member was told so."""
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    evidence = consent.Evidence(ConsentEntry.Source.MEMBER, actor=request.user)
    if consent.refuse(one, evidence):
        messages.success(request, _("Measuring has stopped, and what was recorded is erased."))
    return redirect("audience:contact", pk)


def _subscribed_lists() -> Prefetch[str]:
    subscribed = Subscription.objects.subscribed().select_related("list").order_by("list__name")
    return Prefetch("subscriptions", subscribed, to_attr="subscribed_to")
