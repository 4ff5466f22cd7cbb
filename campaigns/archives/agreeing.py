"""What the people of an archive agreed to: nothing in it can say more than its ledger does.

An archive may have been edited by hand. Who is said to have agreed, and of whom no line of
the ledger says so, was not asked; who refused in either place, refused; and who left a list
is not on it, whatever another file says.
"""

from __future__ import annotations

from campaigns.archives import staging

# What allows least, of what the contact's line says and what the ledger says last.
_LEAST = """CASE WHEN 'withdrawn' IN ({0}, {1}) THEN 'withdrawn' WHEN 'refused' IN ({0}, {1})
 THEN 'refused' WHEN 'unknown' IN ({0}, {1}) THEN 'unknown' ELSE 'granted' END"""
_OPENS = _LEAST.format("x.measuring", "coalesce(l.opens, 'unknown')")
_CLICKS = _LEAST.format(
    "coalesce(nullif(x.measuring_clicks, ''), x.measuring)", "coalesce(l.clicks, 'unknown')"
)

# The ledger's lines stand in its own order: the last one counts.
_ANSWERS = f"""
CREATE TEMP TABLE archived_answers ON COMMIT DROP AS
SELECT x.id AS contact, said.opens, said.clicks
  FROM archived_contacts x
  LEFT JOIN (
       SELECT contact,
              (array_agg(state ORDER BY ctid DESC)
               FILTER (WHERE purpose IN ('opens', 'both')))[1] AS opens,
              (array_agg(state ORDER BY ctid DESC)
               FILTER (WHERE purpose IN ('clicks', 'both')))[1] AS clicks
         FROM archived_consent WHERE purpose <> 'mail' GROUP BY contact) l ON l.contact = x.id
 CROSS JOIN LATERAL (SELECT {_OPENS} AS opens, {_CLICKS} AS clicks) said
 WHERE (said.opens, said.clicks) <> ('unknown', 'unknown')
"""  # noqa: S608 - constants
_LEAVERS = """
CREATE TEMP TABLE archived_leavers ON COMMIT DROP AS
WITH word AS (
    SELECT DISTINCT ON (contact, list) contact, list, state, at
      FROM (SELECT contact, evidence ->> 'list' AS list, state, at, ctid AS place
              FROM archived_consent WHERE purpose = 'mail') line
     ORDER BY contact, list, place DESC
), gone AS (
    SELECT contact, list, max(at) AS at
      FROM archived_unsubscriptions WHERE undone_at IS NULL GROUP BY contact, list
)
SELECT x.contact, x.list, coalesce(gone.at, word.at) AS at
  FROM archived_subscriptions x
  LEFT JOIN word ON word.contact = x.contact AND word.list = x.list::text
  LEFT JOIN gone ON gone.contact = x.contact AND gone.list = x.list
 WHERE x.status = 'subscribed'
   AND (word.state IN ('refused', 'withdrawn')
        OR gone.at > x.subscribed_at AND (word.at IS NULL OR word.at < gone.at))
"""


def ask_the_ledger() -> None:
    """Put what each person said, and who left which list, into tables beside the archive's.

    `archived_answers` has whoever ever said anything about being measured, and
    `archived_leavers` whom the archive calls subscribed though they left.
    """
    for name in ("contacts", "consent", "subscriptions", "unsubscriptions"):
        staging.run(f"ANALYZE archived_{name}")
    staging.run(_ANSWERS)
    staging.run("ALTER TABLE archived_answers ADD PRIMARY KEY (contact)")
    staging.run(_LEAVERS)
    staging.run("ALTER TABLE archived_leavers ADD PRIMARY KEY (contact, list)")
