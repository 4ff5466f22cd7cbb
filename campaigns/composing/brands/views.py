"""The page of a brand, and the sample mail beside it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import frames
from campaigns.composing.blocks import document, layout
from campaigns.composing.brands import looks, sample
from campaigns.composing.brands.forms import BrandForm
from campaigns.composing.brands.models import Brand


@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: WorkspaceRequest) -> HttpResponse:
    """Show the brand, and change it: mails that are made from then on have it."""
    one = looks.brand_of(request.workspace)
    form = BrandForm(request.POST or None, instance=one)
    if form.is_valid():
        facts = {name: getattr(one, name) for name in (*form.Meta.fields, "social")}
        Brand.objects.update_or_create(workspace=request.workspace, defaults=facts)
        audit.record(request, request.workspace, "brand_changed")
        messages.success(request, _("Saved. Mails that are made from now on look like this."))
        return redirect("composing:brand")
    status = 422 if form.is_bound else 200
    return render(request, "composing/brands/brand.html", _facts(request, form), status=status)


@require_safe
def preview(request: WorkspaceRequest) -> HttpResponse:
    """Show what the colours in the address would look like; nothing is saved."""
    form = BrandForm(request.GET, instance=looks.brand_of(request.workspace))
    return render(request, "composing/brands/_preview.html", _facts(request, form))


@require_safe
def frame(request: WorkspaceRequest) -> HttpResponse:
    """Serve the sample mail for the sandboxed frame of a preview."""
    one = looks.brand_of(request.workspace)
    form = BrandForm(request.GET or None, instance=one)
    if form.is_bound and not form.is_valid():
        one = looks.brand_of(request.workspace)
    return frames.answer(
        layout.to_html(
            document.read(sample.DOCUMENT),
            title=request.workspace.name,
            language=request.workspace.language,
            look=looks.look(one),
        )
    )


def _facts(request: WorkspaceRequest, form: BrandForm) -> dict[str, object]:
    readable = not form.is_bound or form.is_valid()
    return {
        "form": form,
        "warnings": list(looks.warnings(looks.look(form.instance))) if readable else [],
        "asked": request.GET.urlencode(),
    }
