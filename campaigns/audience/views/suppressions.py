"""Who is not mailed: counted by reason, looked up and added by address."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import addresses, choosing, suppression
from campaigns.audience.forms import AddressForm
from campaigns.audience.models import Suppression


@require_safe
def suppressions(request: WorkspaceRequest) -> HttpResponse:
    return _page(request, AddressForm(), {})


@require_http_methods(["GET", "HEAD", "POST"])
def check_suppression(request: WorkspaceRequest) -> HttpResponse:
    """Say whether an address is mailed. A POST, so that it is in no log and no history."""
    if request.method != "POST":
        return redirect("audience:suppressions")
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, form, {}, status=422)
    email = form.cleaned_data["email"]
    found = suppression.find(request.workspace.pk, email)
    return _page(request, form, {"checked": email, "found": found})


@require_POST
def add_suppression(request: WorkspaceRequest) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, form, {}, status=422)
    key = addresses.key(form.cleaned_data["email"])
    fingerprint = addresses.fingerprint(request.workspace.pk, key)
    suppression.suppress(request.workspace.pk, [fingerprint], Suppression.Reason.MANUAL)
    audit.record(request, request.workspace, "suppression_added")
    messages.success(request, _("This address is not mailed any more."))
    return redirect("audience:suppressions")


@require_POST
def lift_suppression(request: WorkspaceRequest) -> HttpResponse:
    """Allow mail again to an address that a member stopped; what the person asked stays."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, form, {}, status=422)
    key = addresses.key(form.cleaned_data["email"])
    fingerprint = addresses.fingerprint(request.workspace.pk, key)
    if suppression.lift(request.workspace.pk, fingerprint, Suppression.Reason.MANUAL):
        audit.record(request, request.workspace, "suppression_lifted")
        messages.success(request, _("This address may be mailed again."))
    return redirect("audience:suppressions")


def _page(
    request: WorkspaceRequest, form: AddressForm, context: dict[str, object], status: int = 200
) -> HttpResponse:
    rows = request.workspace.suppressions.values("reason").annotate(count=Count("pk"))
    counts = {row["reason"]: row["count"] for row in rows}
    reasons = [(label, counts.get(value, 0)) for value, label in Suppression.Reason.choices]
    context |= {"form": form, "reasons": reasons, "total": sum(counts.values())}
    context["whys"] = choosing.whys(request.workspace.pk)
    return render(request, "audience/suppressions.html", context, status=status)
