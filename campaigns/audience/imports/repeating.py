"""Which rows of a file may have the address of an earlier one, at a bit of memory a row.

Whoever is not said to may be taken for new without asking; of the others the database knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# 16 MB, of which a small file touches little. Of a million addresses three in a thousand are
# taken for one that was there, which costs a look.
BITS = 2**27
MAYBE, SURELY_NOT = "t", "f"


class Repeats:
    """Looks at addresses in the order of their rows; `knows_all` of those before it."""

    def __init__(self, *, knows_all: bool) -> None:
        self._knows_all = knows_all
        self._bits = bytearray(BITS // 8)

    def look(self, keys: Iterable[str]) -> Iterator[str]:
        """Yield of each address whether it may have been there before: `MAYBE`, `SURELY_NOT`."""
        bits = self._bits
        for key in keys:
            number = hash(key) % BITS
            byte, bit = number >> 3, 1 << (number & 7)
            if bits[byte] & bit or not self._knows_all:
                yield MAYBE
            else:
                bits[byte] |= bit
                yield SURELY_NOT
