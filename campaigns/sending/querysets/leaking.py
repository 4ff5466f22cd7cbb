"""Count what providers tell of opens and clicks, without keeping whose they were."""

from __future__ import annotations

from django.db import connection

# What was mended goes for mails that were handed over since: older ones go on telling.
COUNT = """
INSERT INTO sending_leak AS leak (
    provider_id, campaign_id, opens, clicks, unagreed, raised_at, last_at)
SELECT %(provider)s, d.campaign_id, %(opens)s, %(clicks)s,
       CASE WHEN CASE WHEN %(clicks)s = 1 THEN COALESCE(NULLIF(d.click_mode, ''), d.mode)
                      ELSE d.mode END = 'individual' THEN 0 ELSE 1 END,
       statement_timestamp(), statement_timestamp()
  FROM sending_delivery d
 WHERE d.id = %(delivery)s
   AND NOT EXISTS (SELECT FROM sending_leak m
                    WHERE m.provider_id = %(provider)s
                      AND m.mended_at >= COALESCE(d.sending_at, '-infinity'))
ON CONFLICT (provider_id) WHERE mended_at IS NULL DO UPDATE
   SET opens = leak.opens + EXCLUDED.opens, clicks = leak.clicks + EXCLUDED.clicks,
       unagreed = leak.unagreed + EXCLUDED.unagreed, campaign_id = EXCLUDED.campaign_id,
       last_at = EXCLUDED.last_at
"""


def count(provider_id: int, delivery_id: int, *, clicked: bool) -> bool:
    """Count one event, and say whether it was news of a leak that nobody has mended."""
    values = {
        "provider": provider_id,
        "delivery": delivery_id,
        "opens": int(not clicked),
        "clicks": int(clicked),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        return int(cursor.rowcount) == 1
