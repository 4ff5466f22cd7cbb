from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

# Not made anew: a million people's words take a minute, and the index is the same.
SET = "ALTER INDEX audience_wording_words SET (gin_pending_list_limit = %d)"


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0024_kinds_of_fields_change"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SET % 2048, SET % 16384)],
            state_operations=[
                migrations.RemoveIndex("wording", "audience_wording_words"),
                migrations.AddIndex(
                    "wording",
                    GinIndex(
                        fields=["words"],
                        name="audience_wording_words",
                        gin_pending_list_limit=2048,
                    ),
                ),
            ],
        ),
    ]
