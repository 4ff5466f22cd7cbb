"""Let the database keep in bits who did something with a campaign, whoever writes of it and how."""

from django.db import migrations, models

import tracking.bits

# What a row says, as a number: 1 opened, 2 perhaps, 4 clicked, 8 perhaps.
FUNCTIONS = """
CREATE FUNCTION tracking_said(
    opens integer, opens_perhaps integer, clicks integer, clicks_perhaps integer, apart boolean
) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN opens > 0 OR clicks > 0 AND NOT apart THEN 3
                WHEN opens_perhaps > 0 OR clicks_perhaps > 0 AND NOT apart THEN 2
                ELSE 0 END
         | CASE WHEN clicks > 0 THEN 12 WHEN clicks_perhaps > 0 THEN 8 ELSE 0 END
$$;
CREATE FUNCTION tracking_bit(contact bigint) RETURNS bit
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT set_bit(0::bit(4096), (contact & 4095)::integer, 1)
$$;
"""
SAID = (
    "tracking_said({0}.opens_sure, {0}.opens_uncertain, {0}.clicks_sure, {0}.clicks_uncertain,"
    " {0}.clicks_only)"
)
# A row may only add to what is known of a person, unless it says less than it did, is gone, or
# is about somebody else by now: then all that is left of them in the campaign is asked again.
TRIGGERS = f"""
CREATE FUNCTION tracking_add_bits(campaigns bigint[], contacts bigint[], said integer[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO tracking_deedbits AS b
           (campaign_id, block, opened, perhaps_opened, clicked, perhaps_clicked)
    SELECT campaign, contact >> 12,
           COALESCE(bit_or(tracking_bit(contact)) FILTER (WHERE says & 1 > 0), 0::bit(4096)),
           COALESCE(bit_or(tracking_bit(contact)) FILTER (WHERE says & 2 > 0), 0::bit(4096)),
           COALESCE(bit_or(tracking_bit(contact)) FILTER (WHERE says & 4 > 0), 0::bit(4096)),
           COALESCE(bit_or(tracking_bit(contact)) FILTER (WHERE says & 8 > 0), 0::bit(4096))
      FROM unnest(campaigns, contacts, said) AS r (campaign, contact, says)
     WHERE says > 0
     GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (campaign_id, block) DO UPDATE
       SET opened = b.opened | EXCLUDED.opened,
           perhaps_opened = b.perhaps_opened | EXCLUDED.perhaps_opened,
           clicked = b.clicked | EXCLUDED.clicked,
           perhaps_clicked = b.perhaps_clicked | EXCLUDED.perhaps_clicked
$$;
CREATE FUNCTION tracking_renew_bits(campaigns bigint[], contacts bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tracking_deedbits b
       SET opened = b.opened & ~m.mask, perhaps_opened = b.perhaps_opened & ~m.mask,
           clicked = b.clicked & ~m.mask, perhaps_clicked = b.perhaps_clicked & ~m.mask
      FROM (SELECT campaign, contact >> 12 AS block, bit_or(tracking_bit(contact)) AS mask
              FROM unnest(campaigns, contacts) AS r (campaign, contact) GROUP BY 1, 2) m
     WHERE b.campaign_id = m.campaign AND b.block = m.block;
    PERFORM tracking_add_bits(array_agg(e.campaign_id), array_agg(e.contact_id),
                              array_agg({SAID.format("e")}))
       FROM (SELECT DISTINCT campaign, contact
               FROM unnest(campaigns, contacts) AS r (campaign, contact)) p
       JOIN tracking_engagement e ON e.contact_id = p.contact AND e.campaign_id = p.campaign;
END $$;
CREATE FUNCTION tracking_renew_campaign(campaign bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Nobody drains meanwhile: `querysets.lock_draining`.
    PERFORM pg_advisory_xact_lock(6582894, 0);
    DELETE FROM tracking_deedbits WHERE campaign_id = campaign;
    PERFORM tracking_add_bits(array_agg(e.campaign_id), array_agg(e.contact_id),
                              array_agg({SAID.format("e")}))
       FROM tracking_engagement e WHERE e.campaign_id = campaign;
END $$;
CREATE FUNCTION tracking_note_deeds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tracking_add_bits(array_agg(e.campaign_id), array_agg(e.contact_id),
                              array_agg({SAID.format("e")})) FROM fresh e;
    RETURN NULL;
END $$;
CREATE FUNCTION tracking_note_other_deeds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other record;
BEGIN
    -- Grouped, and not joined: a plan is kept that was made for a few rows.
    WITH changed AS (
        SELECT max(campaign_id) AS campaign,
               max(contact_id) FILTER (WHERE is_fresh) AS contact,
               max(says) FILTER (WHERE is_fresh) AS says,
               max(contact_id) FILTER (WHERE NOT is_fresh) AS former,
               max(says) FILTER (WHERE NOT is_fresh) AS said
          FROM (SELECT id, campaign_id, contact_id, {SAID.format("e")} AS says, true AS is_fresh
                  FROM fresh e UNION ALL
                SELECT id, campaign_id, contact_id, {SAID.format("g")}, false FROM gone g) r
         GROUP BY id)
    SELECT array_agg(campaign) AS campaigns, array_agg(contact) AS contacts,
           array_agg(says) AS says, array_agg(former) AS formers,
           bool_or(contact <> former OR said & ~says > 0) AS is_less
      INTO other FROM changed WHERE says <> said OR contact <> former;
    PERFORM tracking_add_bits(other.campaigns, other.contacts, other.says);
    IF other.is_less THEN
        PERFORM tracking_renew_bits(other.campaigns, other.formers);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION tracking_forget_deeds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tracking_renew_bits(array_agg(campaign_id), array_agg(contact_id))
       FROM gone HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER tracking_engagement_noted AFTER INSERT ON tracking_engagement
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tracking_note_deeds();
CREATE TRIGGER tracking_engagement_changed AFTER UPDATE ON tracking_engagement
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION tracking_note_other_deeds();
CREATE TRIGGER tracking_engagement_forgotten AFTER DELETE ON tracking_engagement
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tracking_forget_deeds();
"""  # noqa: S608 - constants of this migration
# People of whom at least so many sets have a bit.
AT_LEAST = """
CREATE FUNCTION tracking_once_more(reached varbit[], people varbit, times integer)
RETURNS varbit[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF reached IS NULL THEN
        reached := array_fill(0::bit(4096)::varbit, ARRAY[times]);
    END IF;
    FOR n IN REVERSE times .. 2 LOOP
        reached[n] := reached[n] | (reached[n - 1] & people);
    END LOOP;
    reached[1] := reached[1] | people;
    RETURN reached;
END $$;
CREATE FUNCTION tracking_often(reached varbit[]) RETURNS varbit
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT reached[array_length(reached, 1)] $$;
CREATE AGGREGATE tracking_at_least(varbit, integer) (
    SFUNC = tracking_once_more, STYPE = varbit[], FINALFUNC = tracking_often,
    PARALLEL = SAFE
);
"""
# Rows of two kilobytes, which would be compressed at each change; with room for the changed one.
STORED = (
    "".join(
        f"ALTER TABLE tracking_deedbits ALTER {name} SET STORAGE PLAIN;"
        for name in ("opened", "perhaps_opened", "clicked", "perhaps_clicked")
    )
    + "ALTER TABLE tracking_deedbits SET (fillfactor = 50);"
)
BACKWARD = """
DROP TRIGGER tracking_engagement_noted ON tracking_engagement;
DROP TRIGGER tracking_engagement_changed ON tracking_engagement;
DROP TRIGGER tracking_engagement_forgotten ON tracking_engagement;
DROP FUNCTION tracking_note_deeds();
DROP FUNCTION tracking_note_other_deeds();
DROP FUNCTION tracking_forget_deeds();
DROP FUNCTION tracking_renew_campaign(bigint);
DROP FUNCTION tracking_renew_bits(bigint[], bigint[]);
DROP FUNCTION tracking_add_bits(bigint[], bigint[], integer[]);
DROP FUNCTION tracking_bit(bigint);
DROP FUNCTION tracking_said(integer, integer, integer, integer, boolean);
DROP AGGREGATE tracking_at_least(varbit, integer);
DROP FUNCTION tracking_often(varbit[]);
DROP FUNCTION tracking_once_more(varbit[], varbit, integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0011_merged_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeedBits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("campaign_id", models.BigIntegerField()),
                ("block", models.BigIntegerField()),
                ("opened", tracking.bits.Bits()),
                ("perhaps_opened", tracking.bits.Bits()),
                ("clicked", tracking.bits.Bits()),
                ("perhaps_clicked", tracking.bits.Bits()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["campaign_id", "block"], name="tracking_deedbits_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(STORED, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS + TRIGGERS + AT_LEAST, BACKWARD),
    ]
