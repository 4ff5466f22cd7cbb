"""Ask before what cannot be taken back, also where no script shows a dialog.

A form, or one button of it, carries the question as its field `ask`. Who posts that has not
been asked: they get a page with the question, and a form with all the other fields. The
script asks in a dialog instead, and posts without `ask`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

NOT_REPEATED = ("ask", "csrfmiddlewaretoken")


class AskMiddleware:
    """Stands last: only who may do it, and was not forged, is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., object],
        view_args: list[Any],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        # What others post belongs to its view, body and all.
        is_ours = getattr(view, "login_required", True) and not getattr(view, "csrf_exempt", False)
        if request.method != "POST" or not is_ours or not request.POST.get("ask"):
            return None
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in NOT_REPEATED
            for value in values
        ]
        facts = {"question": request.POST["ask"], "fields": fields, "back": _back(request)}
        return render(request, "accounts/asking.html", facts)


def _back(request: HttpRequest) -> str:
    """The page they came from, if it is one of ours."""
    page = request.headers.get("Referer", "")
    is_here = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return page if is_here else "/"
