"""Keep that a mailbox provider took a mail for unwanted, as told later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sending", "0018_alarms_of_senders")]

    operations = [
        migrations.AddField("delivery", "blocked_at", models.DateTimeField(null=True)),
    ]
