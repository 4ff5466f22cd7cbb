"""Saved reports, and the mails of them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import downloads
from campaigns.reports import kinds, posting, saved_sheets, saving
from campaigns.reports.forms import SaveForm, ScheduleForm
from campaigns.reports.models import SavedReport


@require_safe
def saved_reports(request: WorkspaceRequest) -> HttpResponse:
    """List the saved reports, and when each is mailed to whom."""
    rows = [
        (report, kinds.KINDS[report.kind].label, kinds.KINDS[report.kind].href(report.query))
        for report in saving.of(request.workspace)
    ]
    context = {"rows": rows, "can_mail": posting.is_possible()}
    return render(request, "reports/saved.html", context)


@require_safe
def saved_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Stream the saved reports as CSV."""
    return downloads.csv(saved_sheets.saved(request.workspace), f"{_('saved-reports')}.csv")


@require_POST
def save(request: WorkspaceRequest) -> HttpResponse:
    """Keep the view that a member looks at under a name."""
    form = SaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the report a name of up to 120 characters."))
        return redirect("reports:saved")
    try:
        report = saving.save(request.workspace, **form.cleaned_data, by=request.user)
    except saving.SavingError:
        messages.error(request, _("There is a report of this name already. Choose another."))
        return redirect("reports:saved")
    audit.record(request, request.workspace, "report_saved", report=report.pk, kind=report.kind)
    messages.success(request, _("“%(name)s” is saved.") % {"name": report.name})
    return redirect("reports:saved")


@require_POST
def delete(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Delete a saved report, and mail it no more."""
    report = _report(request, pk)
    report.delete()
    audit.record(request, request.workspace, "report_deleted", report=pk)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": report.name})
    return redirect("reports:saved")


@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say when the report is mailed, and to whom."""
    report = _report(request, pk)
    me = Member.objects.get(workspace=request.workspace, user=request.user)
    form = ScheduleForm(request.workspace, report, request.POST or None, me.pk)
    if not form.is_valid():
        context = {"form": form, "report": report, "can_mail": posting.is_possible()}
        status = 422 if form.is_bound else 200
        return render(request, "reports/schedule.html", context, status=status)
    members = form.cleaned_data["members"]
    saving.schedule(report, form.rhythm, members)
    audit.record(request, request.workspace, "report_scheduled", report=pk, members=len(members))
    messages.success(request, _("“%(name)s” will be mailed.") % {"name": report.name})
    return redirect("reports:saved")


@require_POST
def unschedule(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Mail the report no more."""
    report = _report(request, pk)
    if saving.unschedule(report):
        audit.record(request, request.workspace, "report_unscheduled", report=pk)
        messages.success(request, _("“%(name)s” is mailed no more.") % {"name": report.name})
    return redirect("reports:saved")


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mails(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button to whoever has the link of a mail; pressing it stops these mails (RFC 8058)."""
    receiver = posting.receiver_of(token)
    if receiver is None:
        raise Http404
    if request.method == "POST":
        posting.stop(receiver)
        receiver.refresh_from_db(fields=["stopped_at"])
    response = render(request, "reports/stop_mails.html", {"receiver": receiver})
    response["Referrer-Policy"] = "no-referrer"
    return response


def _report(request: WorkspaceRequest, pk: int) -> SavedReport:
    reports = request.workspace.saved_reports.select_related("workspace")
    return get_object_or_404(reports, pk=pk)
