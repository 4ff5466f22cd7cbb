"""Let a part that is held try again by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sending", "0020_index_of_the_unwanted")]

    operations = [
        migrations.AddField("alarm", "retry_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "alarm", "tries", models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            "alarm", "released", models.PositiveIntegerField(db_default=0, default=0)
        ),
        # Those that were held before are tried by themselves, too.
        migrations.RunSQL(
            "UPDATE sending_alarm SET retry_at = now() + interval '4 hours'"
            " WHERE lifted_at IS NULL AND mailbox <> ''",
            migrations.RunSQL.noop,
        ),
    ]
