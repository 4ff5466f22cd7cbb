"""Say what went wrong so that a program can act on it, and what to do about it: RFC 9457."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, JsonResponse

MEDIA_TYPE = "application/problem+json"
# Where each kind is explained.
_EXPLAINED = "/api/v1/docs#"


@dataclass(frozen=True)
class Kind:
    """A kind of problem, as `type` names it."""

    name: str
    status: int
    title: str
    # What to do about it, for the documentation.
    remedy: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "not-understood",
            400,
            "The request cannot be read.",
            "Send JSON in UTF-8, and with it Content-Type: application/json.",
        ),
        Kind(
            "key-needed",
            401,
            "A key is needed.",
            "Send the header “Authorization: Bearer …” with a key that nobody revoked. Owners make "
            "keys under Settings, API keys.",
        ),
        Kind(
            "not-allowed",
            403,
            "The key does not allow this.",
            "Use a key with the scopes that `detail` names, made by a member who may do it.",
        ),
        Kind(
            "not-found",
            404,
            "There is no such thing in this workspace.",
            "Check the address and the id. What was deleted or erased is not found any more.",
        ),
        Kind(
            "method-not-allowed",
            405,
            "This method is not offered here.",
            "Use one of those that the header Allow names.",
        ),
        Kind(
            "refused",
            409,
            "This must not be done.",
            "The person said no, or another request said something else. `detail` says which; "
            "sending it again will not help.",
        ),
        Kind("too-large", 413, "The request is too large.", "Send less at once."),
        Kind(
            "invalid",
            422,
            "Something in the request is wrong.",
            "`errors` says what, and where: correct it and send it again.",
        ),
        Kind(
            "too-many-requests",
            429,
            "Too many requests.",
            "Wait as many seconds as the header Retry-After says: then requests are taken again.",
        ),
        Kind(
            "takes-too-long",
            503,
            "This takes longer than a request may.",
            "Ask less at once, or again later.",
        ),
    )
}


class ProblemError(Exception):
    """A request cannot be answered; the problem says why."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail = KINDS[kind], detail
        self.errors, self.headers = errors, dict(headers or {})


def invalid(at: str, detail: str) -> ProblemError:
    """Return the problem that one value of the request is wrong."""
    return ProblemError("invalid", detail, errors=[{"at": at, "detail": detail}])


def of_form(form: BaseForm, named: Mapping[str, str] | None = None) -> ProblemError:
    """Return the problem that a form does not take what it got; `named` says what programs call
    its fields."""
    errors = [
        {"at": f"body.{(named or {}).get(field, field)}", "detail": str(said)}
        for field, some in form.errors.items()
        for said in some
    ]
    return ProblemError("invalid", errors[0]["detail"], errors=errors)


def answer(problem: ProblemError) -> JsonResponse:
    """Answer with a problem."""
    kind = problem.kind
    body: dict[str, Any] = {
        "type": _EXPLAINED + kind.name,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    response = JsonResponse(body, status=kind.status, headers=problem.headers)
    response["Content-Type"] = MEDIA_TYPE
    response["Cache-Control"] = "no-store"
    return response


def also(*statuses: int) -> dict[str, Any]:
    """Return how an operation describes that it may end in these problems, beside all others'."""
    kinds = [kind for kind in KINDS.values() if kind.status in statuses]
    return {"responses": {kind.status: described(kind) for kind in kinds}}


def described(kind: Kind) -> dict[str, Any]:
    """Return the description of a problem as an answer, in OpenAPI's words."""
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"description": kind.title, "content": {MEDIA_TYPE: {"schema": reference}}}


def nowhere(request: HttpRequest, rest: str) -> JsonResponse:
    """Answer to an address that leads nowhere."""
    return answer(ProblemError("not-found", "There is nothing at this address of the API."))
