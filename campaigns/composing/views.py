"""Write a campaign, look at it as others will, copy it, delete it."""

from __future__ import annotations

import uuid

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import numbers
from campaigns.audience.models import Contact
from campaigns.composing import editing, frames, lights, pages, previewing
from campaigns.composing.forms import CampaignForm, NewCampaignForm
from campaigns.composing.headers import HeaderError
from campaigns.composing.lights import Light
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign
from campaigns.composing.templating import choosing

VIEWS = ("desktop", "phone", "text")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    """Start a campaign by its name, from a template or from nothing."""
    form = NewCampaignForm(request.POST or None)
    if not form.is_valid():
        own, ours = choosing.choices(request.workspace)
        facts = {"form": form, "own": own, "ours": ours, "chosen": request.GET.get("template", "")}
        return render(request, "composing/new.html", facts, status=422 if form.is_bound else 200)
    content = choosing.content(request.workspace, form.cleaned_data["template"])
    if content is None:
        raise Http404
    name = form.cleaned_data["name"]
    campaign = editing.create(request.workspace, request.user, name, content)
    audit.record(request, request.workspace, "campaign_created", campaign=campaign.pk)
    return redirect("composing:edit", campaign.pk)


# Blocks show their pictures while they are written, as the preview beside them does.
@csp_update({"img-src": ["https:"]})  # type: ignore[arg-type]  # its types know views of no arguments
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write a campaign. Every pause in typing saves; “Continue” also checks."""
    campaign = _campaign(request, pk)
    if request.method == "POST":
        return _save(request, campaign)
    if not campaign.is_editable:
        return redirect("sending:campaign", pk)
    form = CampaignForm(
        instance=campaign,
        workspace=request.workspace,
        tab=str(uuid.uuid4()),
        may_unlock=_may_unlock(request),
    )
    return render(request, "composing/edit.html", pages.editor(campaign, form))


def _save(request: WorkspaceRequest, campaign: Campaign) -> HttpResponse:
    form = CampaignForm(
        request.POST,
        instance=campaign,
        workspace=request.workspace,
        may_unlock=_may_unlock(request),
    )
    values = form.valid_values()
    page = editing.Page(
        values.pop("version", 0), values.pop("tab", ""), request.user, form.may_unlock
    )
    going_on = "continue" in request.POST
    try:
        # The form has changed its instance; what is in the database decides.
        saved = editing.save(_campaign(request, campaign.pk), values, page)
    except (editing.StaleError, editing.ClosedError) as error:
        facts = pages.conflict(_campaign(request, campaign.pk), form, error)
        template = "composing/_conflict.html" if request.htmx else "composing/edit.html"
        return render(request, template, facts, status=200 if request.htmx else 409)
    facts = pages.saved(saved, form, complete=going_on)
    if going_on and not facts["blocking"]:
        return _go(request, reverse("composing:preview", args=[saved.pk]))
    if request.htmx:
        return render(request, "composing/_saved.html", facts)
    return render(request, "composing/edit.html", facts, status=422 if going_on else 200)


@require_safe
def preview(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a campaign on a desktop, on a phone or as text, as a chosen contact gets it."""
    campaign = _campaign(request, pk)
    contact = _contact(request)
    view = request.GET.get("view", "")
    facts = pages.preview(campaign, contact, view=view if view in VIEWS else VIEWS[0])
    facts["light"], facts["pictures"] = _light(request), _pictures(request)
    facts["found"] = pages.contacts(request.workspace, request.GET.get("q", ""))
    template = "composing/_contacts.html" if request.htmx else "composing/preview.html"
    return render(request, template, facts)


@require_safe
def frame(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Serve the mail itself, for a sandboxed frame: no script, no form, no link works in it."""
    campaign = _campaign(request, pk)
    try:
        html = previewing.framed(previewing.preview(campaign, _contact(request)).html)
    except (MergeTagError, HeaderError) as error:
        html = pages.unreadable(error)
    return frames.answer(lights.lit(html, _light(request)), pictures=_pictures(request))


@require_POST
def duplicate(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Copy a campaign into a new draft."""
    copy = editing.duplicate(_campaign(request, pk), request.user)
    audit.record(request, request.workspace, "campaign_copied", campaign=copy.pk, of=pk)
    messages.success(request, _("This is your copy. The original stays as it was."))
    return redirect("composing:edit", copy.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, then delete a draft. What was ever sent stays."""
    campaign = _campaign(request, pk)
    if request.method != "POST":
        return render(request, "composing/delete.html", {"campaign": campaign})
    if request.workspace.campaigns.filter(pk=pk).delete_drafts():
        audit.record(request, request.workspace, "campaign_deleted", campaign=pk)
        messages.success(request, _("“%s” is deleted.") % campaign.name)
        return redirect("reports:campaigns")
    messages.error(request, _("Only drafts can be deleted."))
    return redirect("sending:campaign", pk)


def _light(request: WorkspaceRequest) -> Light:
    asked = request.GET.get("light", "")
    return Light(asked) if asked in tuple(Light) else Light.DAY


def _pictures(request: WorkspaceRequest) -> bool:
    """Whether pictures are shown, as programs do that load them."""
    return request.GET.get("pictures") != "off"


def _may_unlock(request: WorkspaceRequest) -> bool:
    """Whether the member may change what a template locks."""
    return request.role == Member.Role.OWNER


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    campaigns = request.workspace.campaigns.select_related("sender", "workspace")
    return get_object_or_404(campaigns, pk=pk)


def _contact(request: WorkspaceRequest) -> Contact | None:
    chosen = request.GET.get("contact", "")
    if not chosen:
        return None
    return get_object_or_404(request.workspace.contacts, pk=numbers.identity(chosen))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Go on to another page, also from within htmx."""
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else redirect(url)
