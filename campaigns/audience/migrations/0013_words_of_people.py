from django.db import migrations

# The words of a person without accents. Addresses and names are taken apart at their signs
# first: the parser would keep an address whole. Most text is plain ASCII, which needs no
# normalizing; that is most of the cost.
FORWARD = r"""
CREATE OR REPLACE FUNCTION audience_words(email text, first_name text, last_name text, fields jsonb)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT to_tsvector('pg_catalog.simple'::regconfig, translate(
    CASE WHEN octet_length(email || first_name || last_name)
            = length(email || first_name || last_name)
         THEN email || ' ' || first_name || ' ' || last_name
         ELSE regexp_replace(
             normalize(email || ' ' || first_name || ' ' || last_name, NFKD),
             '[\u0300-\u036f]', '', 'g')
    END, '@._+-/\''"[],<>&', '               '))
|| CASE WHEN fields = '{}' THEN ''::tsvector
        WHEN octet_length(fields::text) = length(fields::text)
        THEN jsonb_to_tsvector('pg_catalog.simple'::regconfig, fields, '["string"]')
        ELSE jsonb_to_tsvector('pg_catalog.simple'::regconfig, regexp_replace(
             normalize(fields::text, NFKD), '[\u0300-\u036f]', '', 'g')::jsonb, '["string"]')
   END
$$;
"""
BACKWARD = "DROP FUNCTION IF EXISTS audience_words(text, text, text, jsonb);"
# For ContactQuerySet.matching(). New words wait in a list that is merged into the index
# when it is full, or by autovacuum: a longer list makes imports faster.
INDEX = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS audience_contact_words ON audience_contact
USING gin (audience_words(email, first_name, last_name, fields))
WITH (gin_pending_list_limit = 16384);
"""


class Migration(migrations.Migration):
    # An index on a table of millions must not lock it.
    atomic = False

    dependencies = [
        ("audience", "0012_segments"),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(INDEX, "DROP INDEX CONCURRENTLY IF EXISTS audience_contact_words;"),
    ]
