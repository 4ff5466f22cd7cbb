"""The key of contact and campaign begins with the contact now, and serves both questions.

A claim writes every index of its row, so each of them is paid for twice.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARDS = [
    "CREATE UNIQUE INDEX CONCURRENTLY sending_delivery_campaign_once"
    " ON sending_delivery (contact_id, campaign_id)",
    "ALTER TABLE sending_delivery ADD CONSTRAINT sending_delivery_campaign_once"
    " UNIQUE USING INDEX sending_delivery_campaign_once",
    "ALTER TABLE sending_delivery DROP CONSTRAINT sending_delivery_contact_once",
    "DROP INDEX CONCURRENTLY sending_delivery_contact_id_ee7f44e3",
]
BACKWARDS = [
    "CREATE INDEX CONCURRENTLY sending_delivery_contact_id_ee7f44e3"
    " ON sending_delivery (contact_id)",
    "CREATE UNIQUE INDEX CONCURRENTLY sending_delivery_contact_once"
    " ON sending_delivery (campaign_id, contact_id)",
    "ALTER TABLE sending_delivery ADD CONSTRAINT sending_delivery_contact_once"
    " UNIQUE USING INDEX sending_delivery_contact_once",
    "ALTER TABLE sending_delivery DROP CONSTRAINT sending_delivery_campaign_once",
]


class Migration(migrations.Migration):
    # An index that is built beside the work of others cannot be part of a transaction.
    atomic = False

    dependencies = [("sending", "0023_chances")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="delivery", name="sending_delivery_contact_once"
                ),
                migrations.AlterField(
                    model_name="delivery",
                    name="contact",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deliveries",
                        to="audience.contact",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="delivery",
                    constraint=models.UniqueConstraint(
                        fields=("contact", "campaign"), name="sending_delivery_campaign_once"
                    ),
                ),
            ],
        ),
    ]
