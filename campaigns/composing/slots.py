"""Slots: what is left of merge tags once a text is compiled, one small function each.

A simple tag becomes a closure over the person's fields. A block with conditions or
loops is read once by Liquid and run per person. All around them stays fixed text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import liquid
import markupsafe
from liquid.builtin.expressions import FilteredExpression, Path, StringLiteral
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.output import OutputNode

from campaigns.composing import limits, merge_tags
from campaigns.composing.marks import Hole, Tag, source_of


class Person(NamedTuple):
    """One recipient, as one mail needs them. `contact` has plain strings.

    Tokens are words of base64url. A tuple, because one is made for every mail.
    """

    uuid_hex: str
    address: str
    contact: Mapping[str, str]
    open_token: str
    click_token: str
    unsubscribe_token: str


# How each of the personal addresses is made of a token, by its merge tag.
Links = Mapping[str, Callable[[str], str]]
Slot = Callable[[Person], str]


@dataclass(frozen=True)
class Field:
    """A slot that is one value of the person's, escaped or not."""

    read: Slot
    escape: bool

    def __call__(self, person: Person) -> str:
        """Return the value as it stands in the text."""
        value = self.read(person)
        return escaped(value) if self.escape else value


Method = Callable[[str], str]

HOLES: dict[Hole, Slot] = {
    Hole.OPEN: lambda person: person.open_token,
    Hole.CLICK: lambda person: person.click_token,
    Hole.UNSUBSCRIBE: lambda person: person.unsubscribe_token,
}
_METHODS: dict[str, Method] = {
    "upcase": lambda value: value.upper(),
    "downcase": lambda value: value.lower(),
    "capitalize": lambda value: value.capitalize(),
    "strip": lambda value: value.strip(),
    "lstrip": lambda value: value.lstrip(),
    "rstrip": lambda value: value.rstrip(),
}


class Text:
    """A compiled text: fixed strings, and slots between them."""

    def __init__(self, pieces: Sequence[str | Slot]) -> None:
        self.pieces = tuple(pieces)
        self._form = "".join(
            piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces
        )
        self._slots = tuple(piece for piece in pieces if not isinstance(piece, str))

    def fill(self, person: Person) -> str:
        """Return the whole text for one person. Raises `MergeTagError`."""
        values = tuple([slot(person) for slot in self._slots])
        return self._form % (values if "\r" not in "".join(values) else _unified(values))


class Compiler:
    """Turn the pieces of a marked text into a `Text`, the same tag always the same slot.

    `escape` and `words` are as in `merge_tags.parse`.
    """

    def __init__(self, links: Links, *, escape: bool, words: bool = False) -> None:
        self._links = links
        self._escape = escape
        self._words = words
        self._slots: dict[str, Slot] = {}

    def compile(self, pieces: Sequence[str | Tag | Hole]) -> Text:
        """Return the text. Raises `MergeTagError`."""
        out: list[str | Slot] = []
        for group in groups(pieces):
            if len(group) == 1 and isinstance(group[0], str):
                out.append(group[0])
            else:
                out.append(self._slot(group))
        return Text(out)

    def _slot(self, group: Sequence[str | Tag | Hole]) -> Slot:
        only = group[0] if len(group) == 1 else None
        if isinstance(only, Hole):
            return HOLES[only]
        source = "".join(
            merge_tags.literal(piece) if isinstance(piece, str) else source_of(piece)
            for piece in group
        )
        if source not in self._slots:
            self._slots[source] = self._simple(source) if only else self._block(source)
        return self._slots[source]

    def _simple(self, source: str) -> Slot:
        """Compile one `{{ output }}`, without Liquid at run time when it is simple."""
        node = self._parse(source).nodes[0]
        expression = node.expression if isinstance(node, OutputNode) else None
        if not isinstance(expression, FilteredExpression):
            return self._block(source)
        match expression.left:
            case Path(path=["contact", str(field)]):
                pass
            case _:
                return self._block(source)
        steps = [self._step(filter_) for filter_ in expression.filters or []]
        known = [step for step in steps if step is not None]
        if len(known) != len(steps):
            return self._block(source)
        return Field(_reader(field, known), self._escape)

    def _step(self, filter_: Filter) -> Method | None:
        arguments = [argument.value for argument in filter_.args]
        if not arguments:
            return _METHODS.get(filter_.name)
        if filter_.name == "default" and len(arguments) == 1:
            value = arguments[0]
            if isinstance(value, StringLiteral):
                html = self._escape and not self._words
                fallback = markupsafe.Markup(value.value) if html else value.value  # noqa: S704  # the author's
                return lambda found: found or fallback
        return None

    def _parse(self, source: str) -> liquid.BoundTemplate:
        return merge_tags.parse(source, escape=self._escape, words=self._words)

    def _block(self, source: str) -> Slot:
        """Compile what needs Liquid: read once, run per person."""
        template = self._parse(source)
        links = self._links

        def run(person: Person) -> str:
            token = person.unsubscribe_token
            return merge_tags.render(
                template,
                {
                    "contact": person.contact,
                    **{name: address(token) for name, address in links.items()},
                    Hole.OPEN.value: person.open_token,
                    Hole.CLICK.value: person.click_token,
                    Hole.UNSUBSCRIBE.value: token,
                },
            )

        return run


def _reader(field: str, steps: Sequence[Method]) -> Slot:
    """Return the way to one value: these run for every mail, so nothing in them is spare."""
    if not steps:
        return lambda person: person.contact.get(field) or ""
    if len(steps) == 1:
        step = steps[0]
        return lambda person: step(person.contact.get(field) or "")

    def read(person: Person) -> str:
        value = person.contact.get(field) or ""
        for step in steps:
            value = step(value)
        return value

    return read


def _unified(values: Sequence[str]) -> tuple[str, ...]:
    """Give values line ends of one kind: a lone one must not join with what comes after."""
    return tuple(value.replace("\r\n", "\n").replace("\r", "\n") for value in values)


def escaped(value: str) -> str:
    """Return `value` for HTML, written as Liquid writes it, in a fraction of the time."""
    if value.isalnum() or isinstance(value, markupsafe.Markup):  # The author's own words.
        return value
    return (
        value.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace('"', "&#34;")
    )


def groups(pieces: Sequence[str | Tag | Hole]) -> list[list[str | Tag | Hole]]:
    """Cut a text into fixed strings, single tags and whole blocks.

    From the first tag whose effect lasts, all is one block: what comes after may
    depend on it.
    """
    groups: list[list[str | Tag | Hole]] = []
    depth = 0
    for piece in pieces:
        name = piece.name if isinstance(piece, Tag) else ""
        if depth:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        if name in limits.BLOCKS:
            depth += 1
        elif name.startswith("end"):
            depth -= 1
        if name in limits.STATEFUL:
            depth += len(pieces)  # Never closed again.
    return groups
