from django.db import migrations

# A trigger that sees all new rows of a statement together has them copied first, even where it
# does not run. Nor does it in an import and a restore, which note for all at once whom they put
# on a list (`list_bits_querysets`). The block that was noted last in a transaction is remembered,
# as neighbours come one after the other.
FORWARD = """
DROP TRIGGER audience_subscription_joined ON audience_subscription;
CREATE FUNCTION audience_note_joining() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    block text := NEW.list_id || ' ' || (NEW.contact_id >> 12);
BEGIN
    IF current_setting('candid.joined', true) IS DISTINCT FROM block THEN
        INSERT INTO audience_listchange (list_id, block) VALUES (NEW.list_id, NEW.contact_id >> 12);
        PERFORM set_config('candid.joined', block, true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audience_subscription_joined AFTER INSERT ON audience_subscription FOR EACH ROW
    EXECUTE FUNCTION audience_note_joining();
"""
BACKWARD = """
DROP TRIGGER audience_subscription_joined ON audience_subscription;
DROP FUNCTION audience_note_joining();
CREATE TRIGGER audience_subscription_joined AFTER INSERT ON audience_subscription
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT
    EXECUTE FUNCTION audience_note_list_change();
ALTER TABLE audience_subscription ENABLE ALWAYS TRIGGER audience_subscription_joined;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0034_words_person_by_person"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
