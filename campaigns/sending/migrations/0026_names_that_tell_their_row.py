"""Only random names have an index; those that a launch gives tell their row's id."""

import uuid

from django.db import migrations, models

FORWARDS = [
    "CREATE INDEX CONCURRENTLY sending_delivery_random_name ON sending_delivery (uuid)"
    " WHERE substr(uuid::text, 15, 1) = '4'",
    "ALTER TABLE sending_delivery DROP CONSTRAINT sending_delivery_uuid_key",
]
BACKWARDS = [
    "CREATE UNIQUE INDEX CONCURRENTLY sending_delivery_uuid_key ON sending_delivery (uuid)",
    "ALTER TABLE sending_delivery ADD CONSTRAINT sending_delivery_uuid_key"
    " UNIQUE USING INDEX sending_delivery_uuid_key",
    "DROP INDEX CONCURRENTLY sending_delivery_random_name",
]


class Migration(migrations.Migration):
    # An index that is built beside the work of others cannot be part of a transaction.
    atomic = False

    dependencies = [("sending", "0025_the_campaign_vouches_for_its_workspace")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.AlterField(
                    model_name="delivery",
                    name="uuid",
                    field=models.UUIDField(default=uuid.uuid4),
                ),
            ],
        ),
    ]
