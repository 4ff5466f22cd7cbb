from django.db import migrations

FORWARD = """
UPDATE tracking_muted SET click_epoch = epoch;
-- When the last hit came is not known of all: their time begins now.
UPDATE tracking_engagement SET latest_at = COALESCE(last_at, now());
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0005_opens_and_clicks_apart"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
