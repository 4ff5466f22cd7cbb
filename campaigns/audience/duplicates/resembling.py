"""Which contacts may be one person: the SQL of `looking`.

All are brought into a form in which those who are alike are equal, and grouped by it once.
In a group each is held against the next few, so that a trap with ten thousand addresses of
one mailbox makes a few pairs for each, and not fifty million.
"""

from __future__ import annotations

from django.db.models import Case, IntegerField, Value, When

from campaigns.audience.models import Resemblance

_REASON = Resemblance.Reason
# In a group, each is compared with so many that follow.
_NEXT = 3
# A name that more people share at one domain tells nothing.
_NAMESAKES = 5

COMPARE = f"""
WITH people AS MATERIALIZED (
    SELECT id, first_name, last_name, split_part(email_key, '@', -1) AS domain,
        left(email_key, -length(split_part(email_key, '@', -1)) - 1) AS mailbox
    FROM audience_contact WHERE workspace_id = %(workspace)s
), meant AS (
    SELECT people.*, CASE WHEN domain = 'googlemail.com' THEN 'gmail.com'
        ELSE coalesce(slip.meant, domain) END AS home,
        coalesce(nullif(split_part(mailbox, '+', 1), ''), mailbox) AS plain
    FROM people LEFT JOIN unnest(%(slips)s::text[], %(meant)s::text[]) AS slip (domain, meant)
        USING (domain)
), likenesses AS (
    SELECT id, 1 AS way,
        CASE WHEN home = 'gmail.com' THEN replace(plain, '.', '') ELSE plain END || '@' || home
            AS likeness
    FROM meant
    UNION ALL
    SELECT id, 2, lower(concat_ws(chr(10), first_name, last_name, home)) FROM meant
    WHERE first_name <> '' AND last_name <> ''
), alike AS (
    SELECT way, array_agg(id ORDER BY id) AS ids FROM likenesses
    GROUP BY way, likeness
    HAVING count(*) > 1 AND (way = 1 OR count(*) <= {_NAMESAKES})
), pairs AS (
    SELECT ids[place] AS first, ids[next] AS second, min(way) AS way
    FROM alike, generate_subscripts(ids, 1) AS place,
        generate_series(place + 1, least(place + {_NEXT}, cardinality(ids))) AS next
    GROUP BY 1, 2 ORDER BY 3, 1, 2 LIMIT %(most)s + 1
), told AS (
    SELECT pairs.first, pairs.second, CASE
        WHEN way = 2 THEN '{_REASON.NAME}'
        WHEN one.domain NOT IN ('gmail.com', 'googlemail.com')
            OR other.domain NOT IN ('gmail.com', 'googlemail.com')
        THEN CASE WHEN one.domain = other.domain THEN '{_REASON.TAGGED}'
            ELSE '{_REASON.MISTYPED}' END
        ELSE '{_REASON.GMAIL}' END AS reason
    FROM pairs
    JOIN people AS one ON one.id = pairs.first
    JOIN people AS other ON other.id = pairs.second
), kept AS (
    INSERT INTO audience_resemblance (workspace_id, first_id, second_id, reason, found_at)
    SELECT %(workspace)s, first, second, reason, %(at)s FROM told
    ON CONFLICT (workspace_id, first_id, second_id)
        DO UPDATE SET reason = excluded.reason, found_at = excluded.found_at
)
SELECT count(*) FROM told
"""  # noqa: S608 - constants of this module

# What is not so any more; what a member said of two people stays as long as both are there.
LET_GO = """
DELETE FROM audience_resemblance AS row WHERE workspace_id = %(workspace)s AND found_at <> %(at)s
    AND (dismissed_at IS NULL
        OR NOT EXISTS (SELECT FROM audience_contact WHERE id = row.first_id)
        OR NOT EXISTS (SELECT FROM audience_contact WHERE id = row.second_id))
"""


def order(column: str) -> Case:
    """Return what sorts reasons as they are declared: the surest first."""
    places = [When(**{column: reason}, then=Value(n)) for n, reason in enumerate(_REASON.values)]
    return Case(*places, output_field=IntegerField())
