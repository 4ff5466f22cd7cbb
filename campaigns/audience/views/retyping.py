"""Change the kind of a field: try it, see what fits and what does not, then do it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads, export, field_querysets, retyping, tasks
from campaigns.audience.field_forms import KindForm
from campaigns.audience.models import Field
from campaigns.audience.retyping import Wanted


@require_http_methods(["GET", "HEAD", "POST"])
def retype_field(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say what fits; the second button of the page does it."""
    field = get_object_or_404(request.workspace.contact_fields.staying(), pk=pk)
    asked = request.GET if "kind" in request.GET else None
    form = KindForm(
        request.POST if request.method == "POST" else asked, initial={"kind": field.kind}
    )
    context: dict[str, object] = {"field": field, "form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "audience/retype_field.html", context, status=status)
    wanted = _wanted(field, form)
    if request.method == "POST":
        return _begin(request, field, wanted)
    context |= {"trial": retyping.trial(field, wanted), "wanted": wanted}
    context["kind"] = Field.Kind(wanted.kind).label
    return render(request, "audience/retype_field.html", context)


@require_safe
def misfits(request: WorkspaceRequest, pk: int) -> StreamingHttpResponse | HttpResponse:
    """Answer with everybody whose value does not fit, and why."""
    field = get_object_or_404(request.workspace.contact_fields.staying(), pk=pk)
    form = KindForm(request.GET)
    if not form.is_valid():
        return redirect("audience:retype_field", pk)
    rows = retyping.misfits(field, _wanted(field, form))
    return downloads.csv(export.misfits(rows), f"{field.key}-does-not-fit.csv")


def _wanted(field: Field, form: KindForm) -> Wanted:
    kind, choices = form.cleaned_data["kind"], form.cleaned_data["choices"]
    if kind != Field.Kind.CHOICE:
        return Wanted(kind)
    return Wanted(kind, choices or field_querysets.words(field))


def _begin(request: WorkspaceRequest, field: Field, wanted: Wanted) -> HttpResponse:
    if retyping.start(field, wanted, request.user):
        audit.record(request, request.workspace, "field_retyped", field=field.pk, kind=wanted.kind)
        tasks.retype_field.delay_on_commit(field.pk)
        messages.success(
            request, _("The field has its new kind. What does not fit stays as it is.")
        )
    else:
        messages.error(request, _("Its kind is being changed just now. Try again in a moment."))
    return redirect("audience:fields")
