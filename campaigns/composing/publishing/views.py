"""Members set up the public page of a list, and choose its mails."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing.publishing import mails
from campaigns.composing.publishing.forms import PublicPageForm

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the settings, and the mails that could stand on the page; a POST saves."""
    one = get_object_or_404(request.workspace.lists.select_related("workspace"), pk=pk)
    page = mails.page_of(one)
    form = PublicPageForm(request.POST or None, instance=page)
    if (saved := saving.saved(form)) is not None:
        audit.record(request, request.workspace, "public_page_changed", list=pk, open=saved.is_open)
        messages.success(request, _("The public page is saved."))
        return redirect("composing:list_page", pk)
    context: dict[str, object] = {"list": one, "public": page, "form": form}
    if page.pk:
        found = Paginator(mails.candidates(page), PER_PAGE)
        context["page"] = found.get_page(request.GET.get("page"))
    status = 422 if form.is_bound else 200
    return render(request, "composing/publishing/edit.html", context, status=status)


@require_POST
def show_mail(request: WorkspaceRequest, pk: int, campaign_pk: int) -> HttpResponse:
    """Put a mail on the page (`show` is yes), or take it off."""
    of = get_object_or_404(request.workspace.lists.select_related("workspace"), pk=pk)
    one = get_object_or_404(request.workspace.campaigns, pk=campaign_pk)
    is_shown = request.POST.get("show") == "yes"
    mails.show(mails.page_of(of), one, is_shown=is_shown)
    audit.record(request, request.workspace, "mail_published", campaign=one.pk, shown=is_shown)
    said = _("“%s” is on the page.") if is_shown else _("“%s” is not on the page any more.")
    messages.success(request, said % one.name)
    return redirect("composing:list_page", pk)
