"""Give old deliveries the times that the new indexes go by, in batches."""

from typing import Any

from django.db import migrations

BATCH = 10_000

# Workers stand still while this runs: what was claimed waits again, and what was being
# handed over is not confirmed.
FORWARDS = """
UPDATE sending_delivery
   SET state = CASE state WHEN 'claimed' THEN 'pending' WHEN 'sending' THEN 'unknown'
                          ELSE state END,
       claim_token = CASE WHEN state <> 'claimed' THEN claim_token END,
       next_at = CASE WHEN state IN ('pending', 'claimed') THEN next_at END,
       done_at = CASE WHEN state = 'sending' THEN sending_at ELSE done_at END,
       unknown_since = CASE WHEN state IN ('sending', 'unknown')
                            THEN COALESCE(done_at, sending_at, now()) END
 WHERE id > %s AND id <= %s AND (state <> 'pending' OR next_at IS NULL)
"""
BACKWARDS = """
UPDATE sending_delivery SET next_at = COALESCE(next_at, done_at, now())
 WHERE id > %s AND id <= %s AND next_at IS NULL
"""


def in_batches(sql: str) -> Any:
    def run(_apps: Any, editor: Any) -> None:
        with editor.connection.cursor() as cursor:
            cursor.execute("SELECT COALESCE(max(id), 0) FROM sending_delivery")
            last = cursor.fetchone()[0]
            for start in range(0, last, BATCH):
                cursor.execute(sql, (start, start + BATCH))

    return run


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sending", "0005_leases")]

    operations = [migrations.RunPython(in_batches(FORWARDS), in_batches(BACKWARDS))]
