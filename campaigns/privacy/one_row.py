"""One row of what is kept about a person: a value for each column that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

Row = dict[str, Any]


def of(one: Model, columns: Iterable[str]) -> Row:
    """Return these columns of a model's row, by name."""
    return {name: getattr(one, name) for name in columns}
