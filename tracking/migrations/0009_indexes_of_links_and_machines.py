"""Two small indexes of hits, made while the drainer goes on writing."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

INDEXES = {
    "tracking_event_link": "(campaign_id, number, at) WHERE kind = 'click'",
    "tracking_event_machine": "(campaign_id, at) WHERE verdict IN ('prefetch', 'scanner', 'self')",
}
PARTITIONS = """
SELECT inhrelid::regclass::text FROM pg_inherits
 WHERE inhparent = 'tracking_event'::regclass ORDER BY 1
"""
ATTACHED = "SELECT FROM pg_inherits WHERE inhparent = %s::regclass AND inhrelid = to_regclass(%s)"


def make(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index of each month apart, since of a partitioned table it would lock all."""
    with editor.connection.cursor() as cursor:
        for name, of in INDEXES.items():
            # Months that are made from now on have it.
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON ONLY tracking_event {of}")
            cursor.execute(PARTITIONS)
            for (month,) in cursor.fetchall():
                mine = f"{month}_{name.rpartition('_')[2]}"
                cursor.execute(ATTACHED, [name, mine])
                if cursor.fetchone() is not None:
                    continue
                # What a first try left unfinished is of no use.
                cursor.execute(f"DROP INDEX IF EXISTS {mine}")
                cursor.execute(f"CREATE INDEX CONCURRENTLY {mine} ON {month} {of}")
                cursor.execute(f"ALTER INDEX {name} ATTACH PARTITION {mine}")


def drop(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop both, with those of all months."""
    with editor.connection.cursor() as cursor:
        for name in INDEXES:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tracking", "0008_nearer_places"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make, drop)],
            state_operations=[
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(
                        condition=models.Q(("kind", "click")),
                        fields=["campaign_id", "number", "at"],
                        name="tracking_event_link",
                    ),
                ),
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(
                        condition=models.Q(("verdict__in", ["prefetch", "scanner", "self"])),
                        fields=["campaign_id", "at"],
                        name="tracking_event_machine",
                    ),
                ),
            ],
        )
    ]
