"""The API: what it is made of, and how it says that something went wrong."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from campaigns.api import problems
from campaigns.api.problems import ProblemError
from campaigns.api.reading import StrictParser
from campaigns.api.views import campaigns, changing, imports, lists, segments, suppressions

VERSION = "1.0"
_ABOUT = (
    "Every request carries a key: `Authorization: Bearer …`. Owners make keys under Settings, API "
    "keys. Errors are RFC 9457 problems that say what to do. Tables come in pages: send `next` of "
    "one page as `at` for the following one."
)

api = NinjaAPI(
    title="Candid",
    version=VERSION,
    description=_ABOUT,
    parser=StrictParser(),
    # Ours are served by `views.docs`: they load nothing from elsewhere.
    openapi_url=None,
    docs_url=None,
)
# `changing` and `contacts` share a router: they share addresses.
for _part in (changing, imports, suppressions, lists, segments, campaigns):
    api.add_router("", _part.router)


@api.exception_handler(ProblemError)
def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.answer(error)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    said = "There is nothing of this id in the key's workspace."
    return problems.answer(ProblemError("not-found", said))


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.answer(ProblemError("too-large", "Send at most 2.5 MB at once."))


@api.exception_handler(HttpError)
def _unread(request: HttpRequest, error: Any) -> HttpResponse:
    """Answer where a body could not be read; what we ourselves said of it counts."""
    if isinstance(error.__cause__, ProblemError):
        return problems.answer(error.__cause__)
    return problems.answer(ProblemError("not-understood", "The body is not JSON as we take it."))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [{"at": _place(one["loc"]), "detail": str(one["msg"])} for one in error.errors]
    said = f"{errors[0]['at']}: {errors[0]['detail']}."
    return problems.answer(ProblemError("invalid", said, errors=errors))


def _place(loc: tuple[str | int, ...]) -> str:
    # Behind "body" comes the name of the view's own argument, which nobody sends.
    parts = (loc[0], *loc[2:]) if loc[0] == "body" else loc
    return ".".join(str(part)[:80] for part in parts)
