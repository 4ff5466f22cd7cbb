"""Read requests strictly: what we do not know, or cannot keep, is an error and not ignored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, QueryDict
from ninja.parser import Parser

from campaigns.api import problems

# Of JSON: lists and objects within each other.
DEEPEST = 20


class StrictParser(Parser):
    """Takes JSON and query strings that the database can keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what the body says. Raises `ValueError` for what is no JSON, or too deep."""
        if request.content_type not in ("application/json", ""):
            raise ValueError("not JSON")
        found = json.loads(request.body, parse_constant=_refuse)
        _check(found, "body", 0)
        return found

    def parse_querydict(
        self, data: Any, list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the values of a query string."""
        if isinstance(data, QueryDict):
            for name, values in data.lists():
                if len(values) > 1:
                    raise problems.invalid(f"query.{name[:80]}", "Say it once.")
                _check_text(values[0], f"query.{name[:80]}")
        found: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        return found


def refuse_unknown(request: HttpRequest, known: Iterable[str]) -> None:
    """Refuse parameters of the query string that are not `known`: a filter that is mistyped
    must not find everybody."""
    for name in set(request.GET) - set(known):
        raise problems.invalid(f"query.{name[:80]}", "There is no such parameter.")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _check(value: Any, at: str, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        _check_text(value, at)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check_text(name, at)
            _check(one, f"{at}.{name[:80]}", depth + 1)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _check(one, f"{at}.{number}", depth + 1)


def _check_text(text: str, at: str) -> None:
    # Neither can be kept: half a character, or the sign that ends a text in C.
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise problems.invalid(at, "The text has a character that cannot be kept.")
