import django.db.models.deletion
from django.db import migrations, models

# The domain of an address, and those above it but the top: for `a@mail.example.co.uk`
# mail.example.co.uk, example.co.uk and co.uk. Nearly all have one, which is answered first.
FORWARD = """
CREATE FUNCTION audience_domains(address text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
DECLARE
    host text := split_part(address, '@', -1);
    above text := substr(host, strpos(host, '.') + 1);
    found text[] := ARRAY[host];
BEGIN
    WHILE strpos(above, '.') > 0 LOOP
        found := found || above;
        above := substr(above, strpos(above, '.') + 1);
    END LOOP;
    RETURN found;
END $$;
"""
BACKWARD = "DROP FUNCTION audience_domains(text);"
SOURCES = [
    ("member", "A member of the workspace"),
    ("import", "An import"),
    ("bounce", "A mail that came back"),
    ("complaint", "A complaint"),
    ("unsubscribe", "The person, on a page of ours"),
    ("erasure", "An erasure"),
]
REASONS = [
    ("hard_bounce", "The address does not exist"),
    ("soft_bounces", "Nothing has got through for weeks"),
    ("complaint", "Reported as spam"),
    ("unsubscribed_all", "Wants nothing any more"),
    ("manual", "Added by a member"),
    ("erased", "Asked to be erased"),
    ("domain", "Nothing is mailed to its domain"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0016_those_who_left"),
    ]

    operations = [
        migrations.AlterField(
            model_name="suppression",
            name="reason",
            field=models.CharField(choices=REASONS, max_length=20),
        ),
        migrations.AddField(
            model_name="suppression",
            name="source",
            field=models.CharField(
                choices=SOURCES, db_default="member", default="member", max_length=12
            ),
        ),
        migrations.AddField(
            model_name="suppression",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.CreateModel(
            name="SuppressedDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("domain", models.CharField(max_length=253)),
                (
                    "note",
                    models.CharField(blank=True, db_default="", default="", max_length=200),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suppressed_domains",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "domain"), name="audience_suppresseddomain_once"
                    )
                ]
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
