"""Keep the time zone that people click from, beside the one that they said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0004_ledger_is_append_only")]

    operations = [
        migrations.AddField(
            "contact",
            "learned_zone",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        )
    ]
