"""Segments of a workspace, and asking within a time that a page can wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.db import OperationalError, connection, models, transaction
from django.db.models.functions import Now
from psycopg.errors import QueryCanceled

if TYPE_CHECKING:
    from campaigns.audience.models import Segment

T = TypeVar("T")
# So that the people of a large workspace can be looked up in memory, for one question at a time.
WORK_MEM = "64MB"


class SegmentQuerySet(models.QuerySet["Segment"]):
    """Saved questions."""

    def note_count(self, question: object, people: int | None, unseen: int | None) -> bool:
        """Keep how many people the one segment has, if it still asks `question`."""
        same = self.filter(question=question)
        return same.update(people=people, unseen=unseen, counted_at=Now()) == 1


def within(milliseconds: int, ask: Callable[[], T]) -> T | None:
    """Return what `ask` finds; None when the database needs longer than that for it."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # No plan of such a short question is worth being compiled.
                cursor.execute("SET LOCAL jit = off")
                cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [f"{milliseconds}ms"]
                )
            return ask()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise
