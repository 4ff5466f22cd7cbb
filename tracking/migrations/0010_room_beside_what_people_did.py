from django.db import migrations

# Each hit changes its person's row. With room left in the page the changed row stays there,
# and no index is written for it. Rows that are there move as they change.
ROOM = "ALTER TABLE tracking_engagement SET (fillfactor = 75)"
NONE = "ALTER TABLE tracking_engagement RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0009_indexes_of_links_and_machines"),
    ]

    operations = [migrations.RunSQL(ROOM, NONE)]
