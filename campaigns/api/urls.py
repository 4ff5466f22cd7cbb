"""Addresses of the API. All are closed to cookies, and so need no token against forged posts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, include, path
from django.views.decorators.csrf import csrf_exempt

from campaigns.api import problems
from campaigns.api.house import api
from campaigns.api.problems import ProblemError
from campaigns.api.views import docs

app_name = "api"
PREFIX = "api/v1/"


def _open(entry: URLPattern) -> URLPattern:
    """Return an address of the API that a key opens, and no session."""
    view: Callable[..., HttpResponseBase] = entry.callback

    @wraps(view)
    def opened(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        response = view(request, **kwargs)
        if response.status_code == 405:
            allow = {"Allow": response["Allow"]}
            said = f"Use {allow['Allow']}."
            return problems.answer(ProblemError("method-not-allowed", said, headers=allow))
        response.setdefault("Cache-Control", "private, no-store")
        return response

    opened.opens_by_key = True  # type: ignore[attr-defined]  # As Django marks views.
    return path(str(entry.pattern), csrf_exempt(login_not_required(opened)), name=entry.name)


_entries = [
    # All but the root, which says nothing.
    *(
        _open(entry)
        for entry in api.urls[0]
        if isinstance(entry, URLPattern) and str(entry.pattern)
    ),
    path("openapi.json", docs.openapi_json, name="openapi"),
    path("docs", docs.docs, name="docs"),
    path("<path:rest>", csrf_exempt(login_not_required(problems.nowhere)), name="nowhere"),
]

urlpatterns = [path(PREFIX, include(_entries))]
