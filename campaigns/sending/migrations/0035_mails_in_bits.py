"""Keep in bits who got a campaign that is over; the beat fills them in, one campaign at a time."""

import django.db.models.deletion
from django.db import migrations, models

import tracking.bits

# Rows of two kilobytes, which would be compressed at each change.
STORED = "".join(
    f"ALTER TABLE sending_mailbits ALTER {name} SET STORAGE PLAIN;"
    for name in ("sent", "out", "hidden_opens", "hidden_clicks")
)
# The same as `querysets.digests` fills in. On the way of a mail none of this runs: its campaign
# is not over.
FORWARD = """
CREATE FUNCTION sending_renew_bit(campaign bigint, person bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF person IS NULL OR NOT EXISTS (SELECT FROM sending_digest WHERE campaign_id = campaign) THEN
        RETURN;
    END IF;
    INSERT INTO sending_mailbits (campaign_id, block, sent, out, hidden_opens, hidden_clicks)
    VALUES (campaign, person >> 12, 0::bit(4096), 0::bit(4096), 0::bit(4096), 0::bit(4096))
    ON CONFLICT DO NOTHING;
    UPDATE sending_mailbits b
       SET sent = set_bit(b.sent, x.place, x.sent), out = set_bit(b.out, x.place, x.out),
           hidden_opens = set_bit(b.hidden_opens, x.place, x.hidden_opens),
           hidden_clicks = set_bit(b.hidden_clicks, x.place, x.hidden_clicks)
      FROM (SELECT (person & 4095)::integer AS place,
                   (count(*) FILTER (WHERE d.state = 'sent'))::integer AS sent,
                   (count(*) FILTER (WHERE is_out))::integer AS out,
                   (count(*) FILTER (WHERE is_out AND NOT (
                       d.mode = 'individual' AND d.consent_epoch = 0)))::integer AS hidden_opens,
                   (count(*) FILTER (WHERE is_out AND NOT (
                       COALESCE(NULLIF(d.click_mode, ''), d.mode) = 'individual'
                       AND d.consent_epoch = 0)))::integer AS hidden_clicks
              FROM sending_delivery d, LATERAL (SELECT d.hard_bounced_at IS NULL
                   AND d.state IN ('sent', 'unknown', 'sending') AS is_out) o
             WHERE d.campaign_id = campaign AND d.contact_id = person) x
     WHERE b.campaign_id = campaign AND b.block = person >> 12;
    UPDATE sending_digest g
       SET first_at = LEAST(g.first_at, COALESCE(d.sending_at, 'epoch')),
           last_at = GREATEST(g.last_at, COALESCE(d.sending_at, 'epoch'))
      FROM sending_delivery d
     WHERE g.campaign_id = campaign AND d.campaign_id = campaign AND d.contact_id = person
       AND d.state IN ('sent', 'unknown', 'sending')
       AND COALESCE(d.sending_at, 'epoch') NOT BETWEEN
           COALESCE(g.first_at, 'infinity') AND COALESCE(g.last_at, '-infinity');
END $$;
CREATE FUNCTION sending_note_other_fate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever makes a campaign's bits holds this alone: `querysets.digests`.
    PERFORM pg_advisory_xact_lock_shared(6580835, (NEW.campaign_id % 2147483648)::integer);
    PERFORM sending_renew_bit(NEW.campaign_id, NEW.contact_id);
    IF NEW.contact_id IS DISTINCT FROM OLD.contact_id THEN
        PERFORM sending_renew_bit(OLD.campaign_id, OLD.contact_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sending_delivery_fate AFTER UPDATE ON sending_delivery FOR EACH ROW
    WHEN (OLD.state NOT IN ('pending', 'claimed', 'sending')
        AND (OLD.state IN ('sent', 'unknown') OR NEW.state IN ('sent', 'unknown'))
        AND (OLD.state, OLD.contact_id, OLD.hard_bounced_at IS NULL, OLD.mode, OLD.click_mode,
             OLD.consent_epoch)
            IS DISTINCT FROM
            (NEW.state, NEW.contact_id, NEW.hard_bounced_at IS NULL, NEW.mode, NEW.click_mode,
             NEW.consent_epoch))
    EXECUTE FUNCTION sending_note_other_fate();
"""
BACKWARD = """
DROP TRIGGER sending_delivery_fate ON sending_delivery;
DROP FUNCTION sending_note_other_fate();
DROP FUNCTION sending_renew_bit(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("composing", "0001_initial"),
        ("sending", "0034_belongings"),
        ("tracking", "0012_what_people_did_in_bits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="digest",
                        serialize=False,
                        to="composing.campaign",
                    ),
                ),
                ("status", models.CharField(max_length=10)),
                ("finished_at", models.DateTimeField(null=True)),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="MailBits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("block", models.BigIntegerField()),
                ("sent", tracking.bits.Bits()),
                ("out", tracking.bits.Bits()),
                ("hidden_opens", tracking.bits.Bits()),
                ("hidden_clicks", tracking.bits.Bits()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="composing.campaign",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["campaign", "block"], name="sending_mailbits_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(STORED, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
