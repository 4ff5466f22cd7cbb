"""Questions about keys, and counting their requests."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, models
from django.utils import timezone

if TYPE_CHECKING:
    from campaigns.accounts.api_keys.models import ApiKey

# One statement, so that requests of many processes at once are all counted. One that began in
# the minute before, and waited for another, belongs to the later minute.
_COUNT = """
INSERT INTO accounts_keyuse AS known (key_id, minute, requests, last_on)
VALUES (%(key)s, date_trunc('minute', now()), 1, %(today)s)
ON CONFLICT (key_id) DO UPDATE SET
    requests = CASE WHEN known.minute >= excluded.minute THEN known.requests + 1 ELSE 1 END,
    minute = greatest(known.minute, excluded.minute),
    last_on = excluded.last_on
RETURNING requests, ceil(extract(epoch FROM minute + interval '1 minute' - now()))::int
"""


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys of programs."""

    def open(self) -> ApiKeyQuerySet:
        """Those that nobody revoked, and whose member is still one and may sign in."""
        return self.filter(revoked_at__isnull=True, member__user__is_active=True)

    def revoke(self) -> bool:
        """Shut the one key; say whether this call was the one."""
        mine = self.filter(revoked_at__isnull=True)
        return mine.update(revoked_at=timezone.now()) == 1


def count_request(key_id: int, today: date) -> tuple[int, int]:
    """Count a request; return how many there were this minute, and how long it still lasts."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key_id, "today": today})
        requests, seconds = cursor.fetchone()
    return requests, max(1, seconds)
