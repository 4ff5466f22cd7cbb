"""Note of old deliveries, in batches, which did not arrive; index them."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BATCH = 10_000
# The trigger notes it.
NOTE = """
UPDATE sending_delivery SET state = state
 WHERE id > %s AND id <= %s AND state IN ('failed', 'expired', 'unknown', 'suppressed')
   AND troubled_at IS NULL
"""


def in_batches(_apps: Any, editor: Any) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM sending_delivery")
        last = cursor.fetchone()[0]
        for start in range(0, last, BATCH):
            cursor.execute(NOTE, (start, start + BATCH))


class Migration(migrations.Migration):
    # Neither many rows nor an index may lock the table.
    atomic = False

    dependencies = [
        ("sending", "0030_what_did_not_arrive"),
    ]

    operations = [
        migrations.RunPython(in_batches, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                models.F("campaign"),
                models.F("troubled_at").desc(),
                models.F("id").desc(),
                condition=models.Q(troubled_at__isnull=False),
                name="sending_delivery_troubled",
            ),
        ),
    ]
