"""Read the ids that addresses and forms of pages carry."""

from collections.abc import Sequence

# PostgreSQL's bigint has nineteen digits; with eighteen none is too large.
MOST_DIGITS = 18
# So many rows may be ticked at once; no page has as many.
MOST_TICKED = 1_000


def identity(text: str) -> int:
    """Return the id that `text` is, or 0, which nothing has."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else 0


def identities(texts: Sequence[str]) -> list[int]:
    """Return the ids of what was ticked on a page, up to as many as a page can have."""
    return [identity(text) for text in texts[:MOST_TICKED]]
