"""Look at what a campaign said before, and bring it back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import checks, editing
from campaigns.composing.forms import CampaignForm, WayForm
from campaigns.composing.history import comparing, keeping, reading
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign

PAGE = 50


@require_safe
def versions(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """List what was saved of a campaign, the newest first."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    found = campaign.versions.newest_first().select_related("saved_by").defer("body", "text")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "composing/history/versions.html", {"campaign": campaign, "page": page})


@require_safe
def version(request: WorkspaceRequest, pk: int, number: int) -> HttpResponse:
    """Show a version: what it changed, or, with `?from=now`, what bringing it back would."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    found = get_object_or_404(campaign.versions.select_related("saved_by"), number=number)
    from_now = request.GET.get("from") == "now"
    other = campaign if from_now else campaign.versions.before(number)
    before = reading.lines(keeping.said(other)) if other else []
    facts = {
        "campaign": campaign,
        "version": found,
        "from_now": from_now,
        "difference": comparing.difference(before, reading.lines(keeping.said(found))),
    }
    return render(request, "composing/history/version.html", facts)


@require_POST
def restore(request: WorkspaceRequest, pk: int, number: int) -> HttpResponse:
    """Make a campaign say again what it said in a version; what it says now stays in the list."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    found = get_object_or_404(campaign.versions, number=number)
    try:
        owner = request.role == Member.Role.OWNER
        editing.restore(campaign, found, request.user, unlocks=owner)
    except editing.StaleError:
        messages.error(request, _("Somebody saved the campaign at this moment. Look again."))
        return redirect("composing:versions", pk)
    except editing.ClosedError:
        messages.error(request, _("This campaign is on its way and cannot change any more."))
        return redirect("sending:campaign", pk)
    except MergeTagError as error:
        messages.error(request, checks.explain(error))
        return redirect("composing:versions", pk)
    messages.success(request, _("The campaign says again what it said then."))
    return redirect("composing:edit", pk)


@require_POST
def turn(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Go on in another way of writing, with what is saved; that stays in the list."""
    campaign = get_object_or_404(request.workspace.campaigns.select_related("sender"), pk=pk)
    form = WayForm(request.POST)
    if not form.is_valid():
        return redirect("composing:edit", pk)
    page = editing.Page(
        form.cleaned_data["version"],
        user=request.user,
        unlocks=request.role == Member.Role.OWNER,
    )
    try:
        editing.turn(campaign, form.cleaned_data["format"], page)
    except (editing.StaleError, editing.ClosedError):
        messages.error(request, _("The campaign has changed meanwhile. Look at it, and try again."))
    except MergeTagError as error:
        messages.error(request, checks.explain(error))
    return redirect("composing:edit", pk)


@require_POST
def compare(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how the fields of a page differ from what is saved. Nothing is changed."""
    campaign: Campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    saved = reading.lines(keeping.said(campaign))
    form = CampaignForm(request.POST, instance=campaign, workspace=request.workspace)
    values = keeping.said(campaign) | {
        name: value for name, value in form.valid_values().items() if name in keeping.SAID
    }
    facts = {"difference": comparing.difference(saved, reading.lines(values))}
    return render(request, "composing/history/_difference.html", facts)
