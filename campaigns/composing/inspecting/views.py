"""The inspector: what any mail tells its sender. For members, and for everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.accounts import askers
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.audience import languages
from campaigns.composing.inspecting.forms import InspectForm
from campaigns.composing.inspecting.inspection import Inspection, inspect
from campaigns.composing.inspecting.known import known
from campaigns.composing.inspecting.source import UnreadableError, read

HOUR = 3600
# Mails that one asker may have looked into in an hour, where nobody signs in.
MOST = 30


@role_required(Member.Role.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def inspector(request: WorkspaceRequest) -> HttpResponse:
    """Look into a mail that a member pastes."""
    return _page(request, "composing/inspector.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def public_inspector(request: HttpRequest) -> HttpResponse:
    """Look into a mail that anybody pastes: recipients are to know what senders know.

    It speaks the language that the browser asks for.
    """
    with languages.speaking(languages.of_request(request)):
        answer = _open_page(request)
        answer["Content-Language"] = get_language() or ""
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


def _open_page(request: HttpRequest) -> HttpResponse:
    template = "composing/public_inspector.html"
    if request.method == "POST" and _is_too_much(request):
        return render(request, template, {"too_much": True}, status=429)
    return _page(request, template)


def _page(request: HttpRequest, template: str) -> HttpResponse:
    if request.method != "POST":
        return render(request, template, {"form": InspectForm()})
    form = InspectForm(request.POST, request.FILES)
    facts = {"form": form, "known": known()}
    found = _found(form)
    return render(request, template, facts | {"found": found}, status=200 if found else 422)


def _found(form: InspectForm) -> Inspection | None:
    if not form.is_valid():
        return None
    try:
        return inspect(read(form.cleaned_data["mail"]))
    except UnreadableError:
        form.add_error("source", _("There is no mail in this."))
        return None


def _is_too_much(request: HttpRequest) -> bool:
    return askers.count(f"composing:inspect:{askers.name(request)}", HOUR) > MOST
