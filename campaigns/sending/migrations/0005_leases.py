"""Claims get a table of their own, and times say what waits and what is unsure."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("composing", "0003_who_saved_last"),
        ("sending", "0004_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("token", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "delivery_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leases",
                        to="composing.campaign",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="delivery",
            name="unknown_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="next_at",
            field=models.DateTimeField(null=True),
        ),
        # Room for the two changes that stay in their page.
        migrations.RunSQL(
            "ALTER TABLE sending_delivery SET (fillfactor = 60)",
            "ALTER TABLE sending_delivery RESET (fillfactor)",
        ),
    ]
