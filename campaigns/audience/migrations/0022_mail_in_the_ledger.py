from django.db import migrations, models

# A line goes only with its person: at the end of the transaction there must be no such contact.
FORWARD = """
CREATE FUNCTION audience_ledger_line_goes_with_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM audience_contact WHERE id = OLD.contact_id) THEN
        RAISE EXCEPTION 'a line of the consent ledger goes only with its person'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audience_consent_goes_with_person AFTER DELETE
    ON audience_consententry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audience_ledger_line_goes_with_person();
"""
BACKWARD = """
DROP TRIGGER audience_consent_goes_with_person ON audience_consententry;
DROP FUNCTION audience_ledger_line_goes_with_person();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0021_words_beside_people"),
    ]

    operations = [
        migrations.AlterField(
            model_name="consententry",
            name="source",
            field=models.CharField(
                choices=[
                    ("import", "Import"),
                    ("preferences", "Preferences page"),
                    ("member", "A member of the workspace"),
                    ("form", "Sign-up form"),
                    ("page", "The link in the mail"),
                    ("one_click", "The mail program's own button"),
                    ("complaint", "A complaint"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
