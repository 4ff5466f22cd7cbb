"""Limits of a provider, and of a sender at one provider."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_signing_keys"),
        ("sending", "0021_parts_that_try_again"),
    ]

    operations = [
        migrations.AddField(
            "throttle",
            "provider",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="throttles",
                to="accounts.provider",
            ),
        ),
        migrations.AlterField(
            "throttle",
            "sender",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="throttles",
                to="accounts.sender",
            ),
        ),
        migrations.RemoveConstraint("throttle", "sending_throttle_once"),
        migrations.AddConstraint(
            "throttle",
            models.UniqueConstraint(
                fields=["sender", "provider", "mailbox", "kind", "period"],
                name="sending_throttle_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "throttle",
            models.CheckConstraint(
                condition=Q(sender__isnull=False) | Q(provider__isnull=False),
                name="sending_throttle_of_somebody",
            ),
        ),
        # On the way back there is no place for these: they go first.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM sending_throttle WHERE provider_id IS NOT NULL",
        ),
    ]
