"""Keep the day on which a link to a report was last opened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_days_schedules_and_shares"),
    ]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="last_opened_on",
            field=models.DateField(null=True),
        ),
    ]
