"""The description of the API that programs read: OpenAPI 3.1."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from campaigns.api import house, problems
from campaigns.api.doors import Key

PREFIX = "/api/v1/"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["at", "detail"],
                "properties": {"at": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
# What may go wrong with any request, and with those that read a body.
_ALWAYS = (401, 403, 404, 405, 422, 429)
_WITH_BODY = (400, 413)


class _Schema(OpenAPISchema):
    """What ninja finds out by itself, with the problems and scopes that it does not know of."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        found: dict[str, Any] = super().operation_details(operation)
        scopes = [scope for key in operation.auth_callbacks for scope in _scopes(key)]
        found["description"] = inspect.cleandoc(found.get("description", ""))
        found["x-scopes"] = [str(scope) for scope in scopes]
        statuses = (*_ALWAYS, *(_WITH_BODY if "requestBody" in found else ()))
        for kind in problems.KINDS.values():
            if kind.status in statuses:
                found["responses"].setdefault(kind.status, problems.described(kind))
        return found

    def get_components(self) -> dict[str, Any]:
        self.schemas["Problem"] = _PROBLEM
        found: dict[str, Any] = super().get_components()
        return found


@functools.cache
def schema() -> dict[str, Any]:
    """Return the description; it is the same for everybody."""
    return _Schema(house.api, PREFIX)


def _scopes(key: object) -> tuple[str, ...]:
    return key.scopes if isinstance(key, Key) else ()
