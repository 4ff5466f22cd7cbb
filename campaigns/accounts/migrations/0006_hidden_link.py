"""Workspaces may hide a link in their mails that only machines follow."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_signing_keys")]

    operations = [
        migrations.AddField(
            "workspace",
            "hides_trap",
            models.BooleanField(db_default=False, default=False, verbose_name="hidden link"),
        )
    ]
