"""Read the ids that addresses and forms of pages carry."""

# PostgreSQL's bigint has nineteen digits; with eighteen none is too large.
MOST_DIGITS = 18


def identity(text: str) -> int:
    """Return the id that `text` is, or 0, which nothing has."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else 0
