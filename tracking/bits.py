"""Blocks of contacts, a bit each: what many people did is a few thousand bytes to read.

PostgreSQL joins such bits by itself. A contact stands in the block of its number by `BLOCK`, at
the place that is left.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction

BLOCK = 4096
TYPE = f"bit({BLOCK})"
NOBODY = f"0::{TYPE}"

_NEXT = "SELECT min(campaign_id) FROM tracking_engagement WHERE campaign_id > %s"


class Bits(models.Field):  # type: ignore[type-arg]  # It takes none while it runs.
    """A bit for each contact of a block. The database alone writes it, and reads it."""

    def db_type(self, connection: Any) -> str:
        """Return the type of the column."""
        return TYPE


def renew() -> int:
    """Make the bits of all campaigns anew, one by one; return of how many.

    Nothing is drained while one campaign's are made: a second for a million people.
    """
    campaign_id, renewed = 0, 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_NEXT, [campaign_id])
            (campaign_id,) = cursor.fetchone()
            if campaign_id is None:
                return renewed
            with transaction.atomic():
                cursor.execute("SELECT tracking_renew_campaign(%s)", [campaign_id])
            renewed += 1
