"""Keep in bits who is on which list: the database notes what changes, and the beat renews it."""

from django.db import migrations, models

import tracking.bits

# Rows of a kilobyte, which would be compressed at each change.
STORED = "".join(
    f"ALTER TABLE audience_listbits ALTER {name} SET STORAGE PLAIN;"
    for name in ("subscribed", "unsubscribed")
)
EVENTS = (
    ("joined", "INSERT", "NEW"),
    ("left", "DELETE", "OLD"),
    ("changed", "UPDATE", "NEW"),
    ("was", "UPDATE", "OLD"),
)
# Always: an import and a restore have other triggers rest (`referring`). By way of EXECUTE, as
# a plan is kept that was made for one row, and the next statement may have a million.
FUNCTION = """
CREATE FUNCTION audience_note_list_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'INSERT INTO audience_listchange (list_id, block)
             SELECT DISTINCT list_id, contact_id >> 12 FROM touched';
    RETURN NULL;
END $$;
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER audience_subscription_{name} AFTER {event} ON audience_subscription"
    f" REFERENCING {side} TABLE AS touched FOR EACH STATEMENT"
    f" EXECUTE FUNCTION audience_note_list_change();"
    f"ALTER TABLE audience_subscription ENABLE ALWAYS TRIGGER audience_subscription_{name};"
    for name, event, side in EVENTS
)
KNOWN = """
INSERT INTO audience_listchange (list_id, block)
SELECT DISTINCT list_id, contact_id >> 12 FROM audience_subscription;
"""
BACKWARD = (
    "".join(
        f"DROP TRIGGER audience_subscription_{name} ON audience_subscription;"
        for name, _event, _side in EVENTS
    )
    + "DROP FUNCTION audience_note_list_change();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0032_all_pairs_of_a_reason"),
        ("tracking", "0012_what_people_did_in_bits"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListBits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("list_id", models.BigIntegerField()),
                ("block", models.BigIntegerField()),
                ("subscribed", tracking.bits.Bits()),
                ("unsubscribed", tracking.bits.Bits()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["list_id", "block"], name="audience_listbits_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ListChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("list_id", models.BigIntegerField()),
                ("block", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["list_id", "block"], name="audience_listchange_block")
                ],
            },
        ),
        migrations.RunSQL(STORED, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTION + TRIGGERS + KNOWN, BACKWARD),
    ]
