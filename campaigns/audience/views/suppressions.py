"""Who is not mailed: counted by reason, looked up, stopped and allowed again."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import choosing, downloads, export, stopping, suppression, suppression_file
from campaigns.audience.models import Suppression
from campaigns.audience.suppression_forms import EntryForm, LiftForm, StopForm

SHOWN_DOMAINS = 5


@require_safe
def suppressions(request: WorkspaceRequest) -> HttpResponse:
    return _page(request, {})


@require_http_methods(["GET", "HEAD", "POST"])
def check_suppression(request: WorkspaceRequest) -> HttpResponse:
    """Say whether an address or domain is mailed. A POST, so that it is in no log."""
    if request.method != "POST":
        return redirect("audience:suppressions")
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    return _page(request, {"form": form} | _found(request, form.cleaned_data["entry"]))


@require_POST
def add_suppression(request: WorkspaceRequest) -> HttpResponse:
    """Stop mail to all that was pasted or uploaded."""
    form = StopForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"stop_form": form}, status=422)
    entries, note = form.cleaned_data["found"], form.cleaned_data["note"]
    source = Suppression.Source.IMPORT if form.cleaned_data["file"] else Suppression.Source.MEMBER
    new = stopping.stop(request.workspace.pk, entries, source=source, note=note)
    domains = len(entries.domains)
    audit.record(request, request.workspace, "suppression_added", added=new, domains=domains)
    _say(request, new, entries)
    return redirect("audience:suppressions")


@require_POST
def lift_suppression(request: WorkspaceRequest) -> HttpResponse:
    """Allow mail again where a member or a bounce stopped it; what the person asked stays."""
    form = LiftForm(request.POST)
    if not form.is_valid():
        context = _found(request, form.cleaned_data.get("entry", ""))
        return _page(request, context | {"lift_form": form}, status=422)
    entry, why = form.cleaned_data["entry"], form.cleaned_data["why"]
    if not suppression.lift_entry(request.workspace.pk, entry):
        messages.error(request, _("Nothing was changed: it is not stopped, or not by you."))
        return redirect("audience:suppressions")
    is_domain = "@" not in entry
    audit.record(request, request.workspace, "suppression_lifted", domain=is_domain, why=why)
    if left := suppression.reasons(request.workspace.pk, entry):
        reasons = ", ".join(str(one.get_reason_display()) for one in left)
        text = _("What you may change is changed. It stays unmailed: %(reasons)s.")
        messages.warning(request, text % {"reasons": reasons})
    else:
        messages.success(request, _("It may be mailed again."))
    return redirect("audience:suppressions")


@require_safe
def export_suppressions(request: WorkspaceRequest) -> HttpResponseBase:
    return downloads.csv(
        export.as_csv(suppression_file.table(request.workspace.pk)), "not-mailed.csv"
    )


def _say(request: WorkspaceRequest, new: int, entries: stopping.Entries) -> None:
    known = len(entries.keys) + len(entries.domains) - new
    text = ngettext("%(n)s is not mailed any more.", "%(n)s are not mailed any more.", new)
    told = [text % {"n": new}]
    if known:
        text = ngettext("%(n)s was stopped already.", "%(n)s were stopped already.", known)
        told.append(text % {"n": known})
    messages.success(request, " ".join(told))
    if entries.unknown:
        text = ngettext(
            "%(n)s is neither an address nor a domain: %(some)s",
            "%(n)s are neither an address nor a domain, such as: %(some)s",
            len(entries.unknown),
        )
        facts = {"n": len(entries.unknown), "some": entries.some_unknown}
        messages.warning(request, text % facts)


def _found(request: WorkspaceRequest, entry: str) -> dict[str, object]:
    if not entry:
        return {}
    found = suppression.reasons(request.workspace.pk, entry)
    return {
        "checked": entry,
        "found": found,
        "fixed": [one for one in found if not suppression.may_lift(one, entry)],
        "may_lift": any(suppression.may_lift(one, entry) for one in found),
        "lift_form": LiftForm(initial={"entry": entry}),
    }


def _page(request: WorkspaceRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    rows = request.workspace.suppressions.values("reason").annotate(count=Count("pk"))
    counts = {row["reason"]: row["count"] for row in rows}
    kept = [one for one in Suppression.Reason if one != Suppression.Reason.DOMAIN]
    domains = request.workspace.suppressed_domains.order_by("-at", "-pk")
    page = {
        "form": EntryForm(),
        "stop_form": StopForm(),
        "reasons": [(one.label, counts.get(one, 0)) for one in kept],
        "total": request.workspace.suppressions.aggregate(
            addresses=Count("fingerprint", distinct=True)
        )["addresses"],
        "whys": choosing.whys(request.workspace.pk),
        "domains": domains[:SHOWN_DOMAINS],
        "all_domains": domains.count(),
    }
    return render(request, "audience/suppressions.html", page | context, status=status)
