"""Keep the time zone that people click from, beside the one that they said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0002_mails_that_come_back")]

    operations = [
        migrations.AddField(
            "contact",
            "learned_zone",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        )
    ]
