"""Count a letter into all limits that hold its sender's mails, whether or not there is room.

Somebody waits for a letter, so it goes before the mails of campaigns: those wait until what
it took is free again. Of a provider's limit letters can so take more than is left, once.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from campaigns.sending.querysets.throttling import FOUND, TURNED

COUNT_IN = f"""
WITH found AS ({FOUND} AND mailbox IN ('', %(mailbox)s) ORDER BY id FOR UPDATE),
{TURNED}
UPDATE sending_throttle t
   SET slot = f.slot, spent = (f.spent[1] + 1) || f.spent[2:], granted = granted + 1
  FROM freed f
 WHERE t.id = f.id
"""  # noqa: S608 - constants of `throttling`


def count_in(sender_id: int, mailbox: str, *, provider_id: int | None) -> int:
    """Count one mail to a mailbox provider; return how many limits it counts against."""
    values: dict[str, Any] = {"sender": sender_id, "mailbox": mailbox, "provider": provider_id}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_IN, values)
        return int(cursor.rowcount)
