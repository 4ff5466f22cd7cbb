"""The name that a delivery bears in its mail: a UUID that tells where its row is.

It is one of version 8 (RFC 9562 5.8): 60 bits that nobody can guess, then the row's id in
62. So a name is found by the primary key, and no index of things in no order has to be
written for a row, once when it is made and again when it is claimed. A launch makes them,
in SQL; rows that are made one by one have a random name, of version 4, and those do have
an index.
"""

from __future__ import annotations

import uuid

VERSION = 8
_ID = (1 << 62) - 1


def row_of(name: uuid.UUID) -> int | None:
    """Return the id of the row that may bear this name; None where the name does not tell."""
    return name.int & _ID if name.version == VERSION else None
