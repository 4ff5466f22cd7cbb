"""Let the database note when a mail did not arrive, whoever writes of it and how."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION sending_note_trouble() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.troubled_at := CASE WHEN NEW.state IN ('failed', 'expired', 'unknown', 'suppressed')
        THEN COALESCE(NEW.done_at, NEW.unknown_since, NEW.sending_at, 'epoch') END;
    RETURN NEW;
END $$;
CREATE TRIGGER sending_delivery_trouble BEFORE INSERT ON sending_delivery FOR EACH ROW
    WHEN (NEW.state IN ('failed', 'expired', 'unknown', 'suppressed'))
    EXECUTE FUNCTION sending_note_trouble();
CREATE TRIGGER sending_delivery_trouble_changes BEFORE UPDATE ON sending_delivery FOR EACH ROW
    WHEN (NEW.state IN ('failed', 'expired', 'unknown', 'suppressed')
        OR OLD.troubled_at IS NOT NULL)
    EXECUTE FUNCTION sending_note_trouble();
"""
BACKWARD = """
DROP TRIGGER sending_delivery_trouble_changes ON sending_delivery;
DROP TRIGGER sending_delivery_trouble ON sending_delivery;
DROP FUNCTION sending_note_trouble();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sending", "0029_reckonings_by_both_modes"),
    ]

    operations = [
        # Without a value that rows would have to be written anew for.
        migrations.AddField(
            model_name="delivery",
            name="troubled_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
