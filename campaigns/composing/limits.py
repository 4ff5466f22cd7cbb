"""Liquid with only what an author may use, each part held to a size.

Its own tags and filters, less those that read files or undo escaping. A mail is small:
one line of it must not be able to fill the memory or to run for long.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sized
from typing import Any, cast

import liquid
from liquid import RenderContext, TokenStream
from liquid.ast import Node
from liquid.builtin.expressions import LoopExpression, StringLiteral
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.exceptions import FilterError, LoopIterationLimitError
from liquid.expression import Expression

# Each opening tag is closed by "end" and its name.
BLOCKS = frozenset({"if", "unless", "case", "for", "capture"})
# Tags whose effect reaches past themselves.
STATEFUL = frozenset({"assign", "capture", "cycle"})
_TAGS = BLOCKS | STATEFUL | {"break", "continue", "comment", "#"}

FILTERS = frozenset(
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


class Environment(liquid.Environment):
    """Liquid with limits on loops, output, names and depth, and with the allowed parts only."""

    loop_iteration_limit = 1_000
    output_stream_limit = 2_000_000
    local_namespace_limit = 200_000
    context_depth_limit = 20
    block_nesting_limit = 20

    def setup_tags_and_filters(self, *, extra: bool = True) -> None:
        """Leave the allowed tags and filters only. Called by Liquid."""
        super().setup_tags_and_filters(extra=False)
        keep = _TAGS | {"content", "output", "illegal"}
        self.tags = {name: tag for name, tag in self.tags.items() if name in keep}
        self.add_tag(_ForTag)
        self.filters = {
            name: _bounded(name, function)
            for name, function in self.filters.items()
            if name in FILTERS
        }


class _Loop(LoopExpression):
    """A loop that looks how long it will be before it begins; `reversed` makes a list."""

    __slots__ = ()

    def _to_iter(self, obj: object, context: RenderContext) -> tuple[Iterator[Any], int]:
        items, length = super()._to_iter(obj, context)
        if length > Environment.loop_iteration_limit:
            raise LoopIterationLimitError("loop iteration limit reached", token=self.token)
        return items, length


class _ForTag(ForTag):
    def parse(self, stream: TokenStream) -> Node:
        node = cast(ForNode, super().parse(stream))
        loop = node.expression
        node.expression = _Loop(
            loop.token,
            loop.identifier,
            loop.iterable,
            limit=loop.limit,
            offset=loop.offset,
            reversed_=loop.reversed,
            cols=loop.cols,
        )
        return node


class _Words(StringLiteral):
    """What stands between quotes, as words: a `<` in it is a `<` to the reader."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> str:  # As Liquid calls it.
        return self.value


def quote_words(template: liquid.BoundTemplate) -> None:
    """Let no quoted text in `template` be HTML, as Liquid takes the author's to be."""
    context = RenderContext(template)
    nodes = list(template.nodes)
    for node in nodes:
        nodes += node.children(context, include_partials=False)
        expressions: list[Expression] = list(node.expressions())
        for expression in expressions:
            expressions += expression.children()
            if type(expression) is StringLiteral:
                expression.__class__ = _Words


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
