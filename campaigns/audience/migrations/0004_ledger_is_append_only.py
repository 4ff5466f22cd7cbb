from django.db import migrations

# Who wrote a line may leave (SET NULL), and a person's lines go with the person. What was
# said, when, and the words it answered to are never changed.
FORWARD = """
CREATE FUNCTION audience_ledger_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the consent ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audience_consent_stays BEFORE UPDATE OF
    id, workspace_id, contact_id, purpose, state, source, notice_id, evidence, said_at, at
    ON audience_consententry FOR EACH ROW EXECUTE FUNCTION audience_ledger_line_stays();
CREATE TRIGGER audience_notice_stays BEFORE UPDATE
    ON audience_notice FOR EACH ROW EXECUTE FUNCTION audience_ledger_line_stays();
"""
BACKWARD = """
DROP TRIGGER audience_notice_stays ON audience_notice;
DROP TRIGGER audience_consent_stays ON audience_consententry;
DROP FUNCTION audience_ledger_line_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0003_opens_and_clicks_apart"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
