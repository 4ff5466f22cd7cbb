"""Hygiene: see what a list may be better without, ask who wants to stay, let go who is silent."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import numbers, tasks
from campaigns.audience.bulk import running
from campaigns.audience.segments import counting
from campaigns.composing.sunset import asking, ending, pages, sparing
from campaigns.composing.sunset.forms import SunsetForm
from campaigns.composing.sunset.models import SunsetRule


@require_safe
def hygiene(request: WorkspaceRequest) -> HttpResponse:
    return render(request, "composing/sunset/hygiene.html", pages.hygiene(request.workspace))


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: WorkspaceRequest) -> HttpResponse:
    return _edit(request, SunsetRule(workspace=request.workspace))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_rule(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return _edit(request, _rule(request, pk))


@require_POST
def delete_rule(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Forget the rule. Its campaigns, segment and changes stay."""
    _rule(request, pk).delete()
    audit.record(request, request.workspace, "sunset_rule_deleted", rule=pk)
    messages.success(request, _("The rule is deleted. Nobody was unsubscribed by that."))
    return redirect("composing:hygiene")


@require_POST
def ask(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make the campaign that asks them, and show it to be written on and sent."""
    rule = _rule(request, pk)
    try:
        campaign = asking.draft(rule, request.user)
    except asking.AskedAlreadyError:
        messages.error(request, _("A campaign of this rule asks already. End that round first."))
        return redirect("composing:hygiene")
    audit.record(request, request.workspace, "sunset_asked", rule=pk, campaign=campaign.pk)
    messages.success(request, _("This is a draft. Read it, change it, and send it when you like."))
    return redirect("composing:edit", campaign.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show who did not answer; a POST unsubscribes them, once their time is over."""
    rule = _rule(request, pk)
    if request.method != "POST":
        facts = pages.review(rule, request.GET)
        return render(request, "composing/sunset/review.html", facts)
    edit = ending.unsubscribe(rule, request.user)
    if edit is None:
        messages.error(request, _("Nothing was changed: their time is not over, or it is done."))
        return redirect("composing:hygiene")
    if edit.people <= running.AT_ONCE:
        running.run(edit.pk)
    else:
        tasks.run_bulk_edit.delay(edit.pk)
    return redirect("audience:bulk_edit", edit.pk)


@require_POST
def spare(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let those who are ticked stay, or let them be as all others who did not answer."""
    rule = _rule(request, pk)
    ids = numbers.identities(request.POST.getlist("person"))
    stays = "stay" in request.POST
    number = sparing.spare(rule, ids) if stays else sparing.spare_no_more(rule, ids)
    if number:
        facts = {"rule": pk, "campaign": rule.campaign_id, "people": number}
        action = "sunset_spared" if stays else "sunset_spared_no_more"
        audit.record(request, request.workspace, action, **facts)
        messages.success(request, _said(number, stays=stays))
    else:
        messages.error(request, _("Nothing was changed. Tick people first."))
    back = reverse("composing:review_sunset", args=[pk])
    return redirect(f"{back}?{request.GET.urlencode()}" if request.GET else back)


@require_POST
def drop(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """End the round; nobody is unsubscribed."""
    rule = _rule(request, pk)
    if ending.over(rule):
        campaign = rule.campaign_id
        audit.record(request, request.workspace, "sunset_dropped", rule=pk, campaign=campaign)
    return redirect("composing:hygiene")


def _said(number: int, *, stays: bool) -> str:
    if stays:
        text = ngettext(
            "%(n)s person stays, answer or not.", "%(n)s people stay, answer or not.", number
        )
    else:
        text = ngettext(
            "%(n)s person is unsubscribed with the others, when you do that.",
            "%(n)s people are unsubscribed with the others, when you do that.",
            number,
        )
    return text % {"n": number}


def _edit(request: WorkspaceRequest, rule: SunsetRule) -> HttpResponse:
    """Show the form with how many people that is now: “Count” saves nothing."""
    form = SunsetForm(rule, request.POST if request.method == "POST" else None)
    facts: dict[str, object] = {"form": form, "rule": rule}
    if form.is_valid():
        form.apply(request.user)
        if "count" not in request.POST and _save(request, form):
            return redirect("composing:hygiene")
    if not form.errors:
        facts["look"] = counting.look(request.workspace, asking.question(rule))
    status = 422 if form.errors else 200
    return render(request, "composing/sunset/rule.html", facts, status=status)


def _save(request: WorkspaceRequest, form: SunsetForm) -> bool:
    try:
        with transaction.atomic():
            form.rule.save()
    except IntegrityError:
        form.add_error(None, _("There is a rule for these people already: change it."))
        return False
    audit.record(request, request.workspace, "sunset_rule_saved", rule=form.rule.pk)
    messages.success(request, _("The rule is saved. Nobody is asked before you send a campaign."))
    return True


def _rule(request: WorkspaceRequest, pk: int) -> SunsetRule:
    found: SunsetRule = get_object_or_404(pages.of(request.workspace), pk=pk)
    return found
