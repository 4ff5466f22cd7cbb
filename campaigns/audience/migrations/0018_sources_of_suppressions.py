from django.db import migrations

# By itself, so that the table is not locked meanwhile.
FILL = """
UPDATE audience_suppression SET source = CASE
    WHEN reason IN ('hard_bounce', 'soft_bounces') THEN 'bounce'
    WHEN reason = 'complaint' THEN 'complaint'
    WHEN reason = 'unsubscribed_all' THEN 'unsubscribe'
    ELSE 'erasure' END
WHERE reason <> 'manual';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0017_suppressed_domains"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
