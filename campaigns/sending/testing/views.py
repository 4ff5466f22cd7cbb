"""Send a test, and keep or forget a group of those who get them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.models import Provider
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import pages as composing
from campaigns.composing.models import Campaign
from campaigns.sending import pages
from campaigns.sending.models import TestGroup
from campaigns.sending.testing import mailing
from campaigns.sending.testing.forms import TestForm


@require_POST
def test(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send a test, as the mail would be for a chosen contact; or keep its addresses as a group."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    form = TestForm(request.POST, workspace=request.workspace)
    if not form.is_valid():
        return _refused(request, campaign, form)
    if "keep" in request.POST:
        return _keep(request, campaign, form)
    contact = pages.find_contact(request.workspace, form.cleaned_data["contact"])
    if form.cleaned_data["contact"] and contact is None:
        form.add_error("contact", _("None of your contacts has this address."))
        return _refused(request, campaign, form)
    try:
        tested = mailing.send(campaign, form.everybody, contact)
    except mailing.TestError as error:
        form.add_error(None, str(error))
        return _refused(request, campaign, form)
    for one in tested:
        if one.problem:
            form.add_error(None, f"{one.address}: {one.problem}")
    sent = [one.address for one in tested if not one.problem]
    if not sent:
        return _refused(request, campaign, form)
    audit.record(request, request.workspace, "test_sent", campaign=campaign.pk, mails=len(sent))
    said = _("The test is on its way to %s.") % ", ".join(sent)
    return _done(request, campaign, form, said, in_inbox=_in_inbox(campaign, sent))


@require_safe
def people(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Offer contacts for what is written so far: those that match, or the newest."""
    get_object_or_404(request.workspace.campaigns, pk=pk)
    found = composing.contacts(request.workspace, request.GET.get("contact", "").strip())
    return render(request, "sending/_test_people.html", found)


@require_POST
def forget_group(request: WorkspaceRequest, pk: int, group_pk: int) -> HttpResponse:
    """Forget a group of those who get tests."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    group = get_object_or_404(request.workspace.test_groups, pk=group_pk)
    group.delete()
    audit.record(request, request.workspace, "test_group_forgotten", group=group_pk)
    form = TestForm(workspace=request.workspace, initial={"addresses": ", ".join(group.addresses)})
    said = _("“%s” is forgotten. Its addresses are above, should you want them back.")
    return _done(request, campaign, form, said % group.name)


def _keep(request: WorkspaceRequest, campaign: Campaign, form: TestForm) -> HttpResponse:
    name, addresses = form.cleaned_data["name"], form.cleaned_data["addresses"]
    group, is_new = TestGroup.objects.update_or_create(
        workspace=request.workspace,
        name__iexact=name,
        defaults={"name": name, "addresses": addresses},
    )
    audit.record(request, request.workspace, "test_group_kept", group=group.pk)
    kept = TestForm(workspace=request.workspace, initial={"groups": [group]})
    said = _("“%s” is kept.") if is_new else _("“%s” has these addresses now.")
    return _done(request, campaign, kept, said % name)


def _in_inbox(campaign: Campaign, sent: Sequence[str]) -> str:
    """Return whose test to look for in the local inbox, where it went there."""
    sender = campaign.sender
    return sent[0] if sender and sender.provider.kind == Provider.Kind.INBOX else ""


def _done(
    request: WorkspaceRequest, campaign: Campaign, form: TestForm, said: str, **more: Any
) -> HttpResponse:
    if request.htmx:
        return _part(request, campaign, form, said=said, **more)
    messages.success(request, said)
    return redirect("sending:confirm", campaign.pk)


def _refused(request: WorkspaceRequest, campaign: Campaign, form: TestForm) -> HttpResponse:
    if request.htmx:
        return _part(request, campaign, form)
    facts = pages.confirmation(request, campaign) | {"test_form": form}
    return render(request, "sending/confirm.html", facts, status=422)


def _part(
    request: WorkspaceRequest, campaign: Campaign, form: TestForm, **more: Any
) -> HttpResponse:
    facts = {"campaign": campaign, "test_form": form, **more}
    return render(request, "sending/_test.html", facts)
