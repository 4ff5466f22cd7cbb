import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# The database keeps the words by itself, whoever writes contacts and how. Only who says so,
# for a transaction, notes them later: `wording.later()`.
FORWARD = """
CREATE OR REPLACE FUNCTION audience_note_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audience_wording (contact_id, words)
    SELECT id, audience_words(email, first_name, last_name, fields) FROM fresh
    ON CONFLICT (contact_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION audience_note_other_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audience_wording (contact_id, words)
    VALUES (NEW.id, audience_words(NEW.email, NEW.first_name, NEW.last_name, NEW.fields))
    ON CONFLICT (contact_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION audience_forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM audience_wording USING gone WHERE contact_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER audience_contact_worded AFTER INSERT ON audience_contact
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    WHEN (coalesce(current_setting('candid.words', true), '') <> 'later')
    EXECUTE FUNCTION audience_note_words();
CREATE TRIGGER audience_contact_reworded
    AFTER UPDATE OF email, first_name, last_name, fields ON audience_contact FOR EACH ROW
    WHEN ((OLD.email, OLD.first_name, OLD.last_name, OLD.fields)
        IS DISTINCT FROM (NEW.email, NEW.first_name, NEW.last_name, NEW.fields))
    EXECUTE FUNCTION audience_note_other_words();
CREATE TRIGGER audience_contact_unworded AFTER DELETE ON audience_contact
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION audience_forget_words();
INSERT INTO audience_unworded (workspace_id, first_id, last_id)
SELECT workspace_id, min(id), max(id) FROM audience_contact GROUP BY workspace_id;
DROP INDEX IF EXISTS audience_contact_words;
"""
BACKWARD = """
CREATE INDEX IF NOT EXISTS audience_contact_words ON audience_contact
USING gin (audience_words(email, first_name, last_name, fields))
WITH (gin_pending_list_limit = 16384);
DROP TRIGGER audience_contact_unworded ON audience_contact;
DROP TRIGGER audience_contact_reworded ON audience_contact;
DROP TRIGGER audience_contact_worded ON audience_contact;
DROP FUNCTION audience_forget_words();
DROP FUNCTION audience_note_other_words();
DROP FUNCTION audience_note_words();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_hidden_link"),
        ("audience", "0020_newest_people_last"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="wording",
                        serialize=False,
                        to="audience.contact",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"],
                        gin_pending_list_limit=16384,
                        name="audience_wording_words",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unworded",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
