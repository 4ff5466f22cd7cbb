import datetime

from django.db import migrations, models
from django.db.models.functions import Coalesce

LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Migration(migrations.Migration):
    dependencies = [
        ("sending", "0029_reckonings_by_both_modes"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="troubled_at",
            field=models.GeneratedField(
                expression=models.Case(
                    models.When(
                        state__in=("failed", "expired", "unknown", "suppressed"),
                        then=Coalesce(
                            "done_at", "unknown_since", "sending_at", models.Value(LONG_AGO)
                        ),
                    )
                ),
                output_field=models.DateTimeField(null=True),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
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
