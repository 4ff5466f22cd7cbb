"""The filters an author may use, each held to a size.

Liquid's own filters, less those that undo escaping, with a limit on what goes in and
comes out: a mail is small, and one line must not be able to fill the memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sized
from typing import Any

from liquid import Environment
from liquid.exceptions import FilterError

ALLOWED = frozenset(
    {
        "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "date",
        "default", "divided_by", "downcase", "escape", "escape_once", "first", "floor",
        "join", "last", "lstrip", "minus", "modulo", "newline_to_br", "plus", "prepend",
        "remove", "remove_first", "remove_last", "replace", "replace_first",
        "replace_last", "reverse", "round", "rstrip", "size", "slice", "sort",
        "sort_natural", "split", "squish", "strip", "strip_html", "strip_newlines",
        "times", "truncate", "truncatewords", "uniq", "upcase", "url_decode",
        "url_encode",
    }
)  # fmt: skip

_LONGEST = 200_000
_MOST_ITEMS = 2_000

Filter = Callable[..., Any]


def restrict(environment: Environment) -> None:
    """Leave `environment` the allowed filters only, each within its limits."""
    environment.filters = {
        name: _bounded(name, function)
        for name, function in environment.filters.items()
        if name in ALLOWED
    }


def _bounded(name: str, function: Filter) -> Filter:
    def bounded(value: object, *args: object, **kwargs: object) -> object:
        # Multiplying filters are measured before they run, all others after.
        if _size(value) > _MOST_ITEMS or _growth(name, value, args) > _LONGEST:
            raise FilterError(f"the filter “{name}” gets too much to work on", token=None)
        result: object = function(value, *args, **kwargs)
        if sys.getsizeof(result) > 4 * _LONGEST:
            raise FilterError(f"the filter “{name}” makes too much", token=None)
        return result

    for attribute in ("with_context", "with_environment"):
        if hasattr(function, attribute):
            setattr(bounded, attribute, getattr(function, attribute))
    return bounded


def _size(value: object) -> int:
    if isinstance(value, str) or not isinstance(value, Sized):
        return 0
    return len(value)


def _growth(name: str, value: object, args: tuple[object, ...]) -> int:
    if name == "replace" and args:
        text, old, new = str(value), str(args[0]), str(args[1]) if len(args) > 1 else ""
        return len(text) + text.count(old) * len(new)
    if name == "join":
        return _size(value) * len(str(args[0]) if args else " ")
    return 0
