"""Domains that are not mailed: all of them, and those that may be mailed again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import numbers, stopped_domains, suppression
from campaigns.audience.suppression_forms import WhyForm


@require_http_methods(["GET", "HEAD", "POST"])
def domains(request: WorkspaceRequest) -> HttpResponse:
    """Show them; a POST allows mail to those that are ticked."""
    posted = request.method == "POST"
    ticked = numbers.identities(request.POST.getlist("domain"))
    form = WhyForm(request.POST if posted else None)
    if posted and form.is_valid():
        _lift(request, ticked, form.cleaned_data["why"])
        return redirect("audience:stopped_domains")
    page = stopped_domains.page(request.workspace, request.GET)
    context = {"page": page, "form": form, "ticked": ticked}
    status = 422 if posted else 200
    return render(request, "audience/stopped_domains.html", context, status=status)


def _lift(request: WorkspaceRequest, ids: list[int], why: str) -> None:
    lifted = suppression.lift_domains(request.workspace.pk, ids)
    if not lifted:
        messages.error(request, _("Nothing was changed. Tick domains first."))
        return
    audit.record(
        request, request.workspace, "suppression_lifted", domain=True, domains=lifted, why=why
    )
    text = ngettext("%(n)s may be mailed again.", "%(n)s may be mailed again.", lifted)
    messages.success(request, text % {"n": lifted})
