from django.db import migrations


class Migration(migrations.Migration):
    """Make the table of Django's database cache, as `createcachetable` would."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS accounts_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX IF NOT EXISTS accounts_cache_expires ON accounts_cache (expires);
            """,
            "DROP TABLE accounts_cache",
        )
    ]
