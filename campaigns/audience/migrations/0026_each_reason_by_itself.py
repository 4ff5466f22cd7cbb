from django.db import migrations, models

NAME = "audience_suppression_once"
FIRST = "audience_suppression_first"
TABLE = "audience_suppression"

# Each statement by itself: what takes long locks nobody, and what locks takes no time. A first
# try that was killed is begun again where it stood.
FORWARDS = [
    f"""DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{FIRST}') THEN
        ALTER TABLE {TABLE} RENAME CONSTRAINT {NAME} TO {FIRST};
    END IF;
END $$""",
    f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}",
    f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
    # By reason last, so that who asks about an address alone reads it as the one before.
    f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON {TABLE} (workspace_id, fingerprint, reason)",
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} UNIQUE USING INDEX {NAME}",
    f"ALTER TABLE {TABLE} DROP CONSTRAINT {FIRST}",
]
# Of several reasons the one stays that fewest may lift.
FEWER = """
WITH sorted AS (
    SELECT id, row_number() OVER (
        PARTITION BY workspace_id, fingerprint
        ORDER BY array_position(ARRAY['erased', 'complaint', 'unsubscribed_all', 'manual',
                                      'hard_bounce', 'soft_bounces'], reason::text)
    ) AS place FROM audience_suppression
)
DELETE FROM audience_suppression USING sorted
WHERE sorted.id = audience_suppression.id AND sorted.place > 1
"""
BACKWARDS = [
    FEWER,
    f"DROP INDEX CONCURRENTLY IF EXISTS {FIRST}",
    f"CREATE UNIQUE INDEX CONCURRENTLY {FIRST} ON {TABLE} (workspace_id, fingerprint)",
    f"ALTER TABLE {TABLE} DROP CONSTRAINT {NAME}",
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} UNIQUE USING INDEX {FIRST}",
]


class Migration(migrations.Migration):
    # An index on a table of millions must not lock it.
    atomic = False

    dependencies = [
        ("audience", "0025_shorter_list_of_new_words"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.RemoveConstraint(model_name="suppression", name=NAME),
                migrations.AddConstraint(
                    model_name="suppression",
                    constraint=models.UniqueConstraint(
                        fields=["workspace", "fingerprint", "reason"], name=NAME
                    ),
                ),
            ],
        ),
    ]
