import django.db.models.functions.comparison
from django.db import migrations, models

NAME = "audience_subscription_since"
# What a first try left unfinished is of no use.
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"
FORWARDS = [
    DROP,
    f"CREATE INDEX CONCURRENTLY {NAME} ON audience_subscription"
    " (list_id, (COALESCE(unsubscribed_at, subscribed_at)), contact_id)",
]


class Migration(migrations.Migration):
    # An index on a table of millions must not lock it.
    atomic = False

    dependencies = [
        ("audience", "0022_mail_in_the_ledger"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, DROP)],
            state_operations=[
                migrations.AddIndex(
                    model_name="subscription",
                    index=models.Index(
                        models.F("list"),
                        django.db.models.functions.comparison.Coalesce(
                            "unsubscribed_at", "subscribed_at"
                        ),
                        models.F("contact"),
                        name=NAME,
                    ),
                ),
            ],
        ),
    ]
