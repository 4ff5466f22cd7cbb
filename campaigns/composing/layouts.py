"""A mail as one text with numbered fields, and the values that one person has in them.

For providers that take one text and many people's values in a call. Filled in, it is to
the letter what `Text.fill` makes; whole conditions and loops are one field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from campaigns.composing.slots import Person, Slot, Text

# How a provider's text calls for the field with a number.
Mark = Callable[[int], str]


class Layout:
    """The two bodies of a mail, the same for all of its recipients."""

    def __init__(self, html: Text, text: Text) -> None:
        self._html, self._text = html.pieces, text.pieces
        self._numbers: dict[Slot, int] = {}
        for piece in (*self._html, *self._text):
            if not isinstance(piece, str):
                self._numbers.setdefault(piece, len(self._numbers))
        self.fixed = "".join(
            piece for piece in (*self._html, *self._text) if isinstance(piece, str)
        )

    def values(self, person: Person) -> list[str]:
        """Return what stands in each field for this person. Raises `MergeTagError`."""
        # A lone line end must not join with what comes after, as in `Text.fill`.
        return [slot(person).replace("\r\n", "\n").replace("\r", "\n") for slot in self._numbers]

    def html(self, mark: Mark) -> str:
        """Return the HTML body with `mark` in place of each field."""
        return self._marked(self._html, mark)

    def text(self, mark: Mark) -> str:
        """Return the text body with `mark` in place of each field."""
        return self._marked(self._text, mark)

    def _marked(self, pieces: Sequence[str | Slot], mark: Mark) -> str:
        return "".join(
            piece if isinstance(piece, str) else mark(self._numbers[piece]) for piece in pieces
        )
