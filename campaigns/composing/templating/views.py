"""Templates: the gallery, one to write in, and what can be done with them."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.models import Member, Sender
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import frames, pages, previewing
from campaigns.composing.headers import HeaderError
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign
from campaigns.composing.pictures import serving
from campaigns.composing.templating import choosing, importing, starters
from campaigns.composing.templating.forms import ImportForm, TemplateForm
from campaigns.composing.templating.models import Template


@require_safe
def gallery(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's templates and ours, each as the mail it makes."""
    own, ours = choosing.choices(request.workspace)
    return render(request, "composing/templating/gallery.html", {"own": own, "ours": ours})


# Blocks show their pictures while they are written.
@csp_update({"img-src": ["https:"]})  # type: ignore[arg-type]  # its types know views of no arguments
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write a template, and lock blocks of it."""
    one = get_object_or_404(request.workspace.templates, pk=pk)
    may_lock = request.role == Member.Role.OWNER or one.created_by_id == request.user.pk
    form = TemplateForm(request.POST or None, instance=one, may_lock=may_lock)
    if form.is_valid():
        values = form.cleaned_data
        if Template.objects.filter(pk=pk).edit(**values):
            audit.record(request, request.workspace, "template_changed", template=pk)
            messages.success(request, _("Saved. Campaigns that start from it from now on have it."))
            return redirect("composing:template", pk)
        form.add_error(None, _("Somebody else saved this template meanwhile. Copy what you need."))
    facts = pages.blocks(request.workspace, held=not may_lock)
    facts |= {"template": one, "form": form, "may_lock": may_lock}
    status = 422 if form.is_bound else 200
    return render(request, "composing/templating/template.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def import_template(request: WorkspaceRequest) -> HttpResponse:
    """Make a template of one of MailChimp's or listmonk's; what to look at is told with it."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        made = importing.translate(form.cleaned_data["html"])
        content = {"format": Campaign.Format.HTML, "body": made.html, "notes": made.notes}
        name = form.cleaned_data["name"]
        return _made(request, choosing.keep(request.workspace, request.user, name, content))
    status = 422 if form.is_bound else 200
    return render(request, "composing/templating/import.html", {"form": form}, status=status)


@require_safe
def template_frame(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Serve the mail a template makes, for a sandboxed frame."""
    return _framed(request, choosing.content(request.workspace, str(pk)))


@require_safe
def starter_frame(request: WorkspaceRequest, starter: str) -> HttpResponse:
    """Serve the mail that one of our templates makes, in the workspace's brand."""
    return _framed(request, choosing.content(request.workspace, starter))


@login_not_required
@require_safe
def starter_picture(request: HttpRequest, picture: str) -> HttpResponseBase:
    """Serve a picture of our templates to whoever reads a mail."""
    path = starters.pictures().get(picture)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/png", headers=serving.HEADERS)


@require_POST
def keep_starter(request: WorkspaceRequest, starter: str) -> HttpResponse:
    """Copy one of our templates, so that it can be changed."""
    name = choosing.name_of_starter(starter)
    content = choosing.content(request.workspace, starter)
    if name is None or content is None:
        raise Http404
    return _made(request, choosing.keep(request.workspace, request.user, name, content))


@require_POST
def keep_campaign(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make a template of a campaign."""
    campaign = get_object_or_404(request.workspace.campaigns, pk=pk)
    facts = choosing.of_campaign(campaign)
    return _made(request, choosing.keep(request.workspace, request.user, campaign.name, facts))


@require_POST
def duplicate_template(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Copy a template."""
    one = get_object_or_404(request.workspace.templates, pk=pk)
    content = choosing.content(request.workspace, str(pk)) or {}
    name = _("Copy of %s") % one.name
    return _made(request, choosing.keep(request.workspace, request.user, name, content))


@require_http_methods(["GET", "HEAD", "POST"])
def delete_template(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, then delete a template. Campaigns that began from it stay as they are."""
    one = get_object_or_404(request.workspace.templates, pk=pk)
    if request.method != "POST":
        return render(request, "composing/templating/delete.html", {"template": one})
    one.delete()
    audit.record(request, request.workspace, "template_deleted", template=pk)
    messages.success(request, _("“%s” is deleted.") % one.name)
    return redirect("composing:templates")


def _made(request: WorkspaceRequest, one: Template) -> HttpResponse:
    audit.record(request, request.workspace, "template_made", template=one.pk)
    messages.success(request, _("This is your template. What it was made of stays as it was."))
    return redirect("composing:template", one.pk)


def _framed(request: WorkspaceRequest, content: dict[str, Any] | None) -> HttpResponse:
    if not content:
        raise Http404
    try:
        campaign = Campaign(workspace=request.workspace, sender=_sender(request), **content)
        mail = previewing.preview(campaign)
    except (MergeTagError, HeaderError) as error:
        return frames.answer(pages.unreadable(error))
    return frames.answer(previewing.framed(mail.html))


def _sender(request: WorkspaceRequest) -> Sender:
    """Return who a mail of no campaign is from: a sender, or what one will be like."""
    first = request.workspace.senders.order_by("pk").first()
    return first or Sender(name=request.workspace.name, email="someone@example.com")
