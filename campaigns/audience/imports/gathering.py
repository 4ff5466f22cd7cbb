"""Gather the staged rows of an import, or a part of them: one row per address, in `gathered`.

The first step of merging, in its transaction. It says of each who they are to us: a contact,
somebody new, or one who must not be mailed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience import statements
from campaigns.audience.imports import former

# One row per address: ids for those who are new, what is known of the others.
_GATHER = """
CREATE TEMPORARY TABLE gathered ON COMMIT DROP AS
SELECT
    coalesce(contact.id, nextval(%(ids)s)) AS contact_id,
    contact.id IS NULL AS is_new,
    EXISTS (
        SELECT FROM audience_suppression AS stopped
        WHERE stopped.workspace_id = %(workspace)s
            AND stopped.fingerprint = person.fingerprint
    ) OR {stopped} AS suppressed,
    coalesce(contact.measuring, 'unknown') AS measuring,
    CASE WHEN person.said = '' AND %(stated)s THEN 'granted' ELSE person.said END AS said,
    coalesce(nullif(person.standing, ''), %(everybody)s) AS standing, person.tags, person.proof,
    person.line, person.former, person.email, person.email_key, person.fingerprint,
    person.first_name, person.last_name, person.language, person.country, person.time_zone,
    person.fields, person.evidence
FROM (
    SELECT DISTINCT ON (email_key) *, line IN (SELECT line FROM renamed) AS former
    FROM {staged} AS staged
    WHERE {lines}
    ORDER BY email_key, former, line
) AS person
LEFT JOIN {known} AS contact
    ON contact.workspace_id = %(workspace)s AND contact.email_key = person.email_key
WHERE {news}
"""

_PART = "line > %(after)s AND line <= %(until)s AND line NOT IN (SELECT line FROM waiting)"
_LAST = "line > %(after)s OR line IN (SELECT line FROM waiting)"

_ALL_KNOWN = "audience_contact"
# Whom earlier parts made is none of those who were there. They are many, and carry our moment:
# an index passes them over, which the planner takes when it is asked for this order.
_OTHERS = """(
    (SELECT * FROM audience_contact WHERE workspace_id = %(workspace)s AND created_at < now()
     ORDER BY created_at, id)
    UNION ALL
    (SELECT * FROM audience_contact WHERE workspace_id = %(workspace)s AND created_at > now()
     ORDER BY created_at, id)
    OFFSET 0
)"""

# What an earlier part had is no news. Few are asked about: those who may be there again.
_REPEATED = """
SET LOCAL enable_seqscan = off;
CREATE TEMPORARY TABLE repeated ON COMMIT DROP AS
SELECT DISTINCT email_key FROM {staged} WHERE again AND ({lines});
SET LOCAL enable_seqscan TO DEFAULT
"""
# Whom an earlier part made carries our moment; whom else it had, it has met. The moment is
# compared outside, or the planner might go through all who carry it for each. The workspace's
# number is kept from the planner: of a new one it thinks that it is empty, and then it might go
# through all of it for each.
_HEARD = """
CREATE TEMPORARY TABLE heard ON COMMIT DROP AS
SELECT email_key FROM repeated WHERE now() = (
    SELECT created_at FROM audience_contact AS contact
    WHERE contact.workspace_id = (SELECT %(workspace)s::bigint)
        AND contact.email_key = repeated.email_key
)
UNION
SELECT email_key FROM repeated JOIN met USING (email_key);
ANALYZE heard
"""
_BEGIN = "CREATE TEMPORARY TABLE met (email_key text NOT NULL) ON COMMIT DROP"
_MEET = "INSERT INTO met SELECT email_key FROM gathered WHERE NOT is_new OR suppressed"
_END = "DROP TABLE met"
_NEWS = "NOT EXISTS (SELECT FROM heard WHERE heard.email_key = person.email_key)"
_FORGET = "DROP TABLE repeated, heard"

# Asked of each of a million, it is most of the time that gathering takes: few stop a domain.
_STOPPED = """EXISTS (
        SELECT FROM audience_suppresseddomain AS stopped
        WHERE stopped.workspace_id = %(workspace)s
            AND stopped.domain = ANY(audience_domains(person.email_key))
    )"""
_STOPS_DOMAINS = """
SELECT EXISTS (SELECT FROM audience_suppresseddomain WHERE workspace_id = %(workspace)s)
"""

# Of the many whom the parts before made the planner knows nothing yet: it would go through all of
# them for each row.
_LOOK_AT_ALL = "SET LOCAL enable_nestloop = off"
_LOOK_AS_EVER = "SET LOCAL enable_nestloop TO DEFAULT"

_STOPS_ANYBODY = """
SELECT EXISTS (SELECT FROM audience_suppression WHERE workspace_id = %(workspace)s)
    OR EXISTS (SELECT FROM audience_suppresseddomain WHERE workspace_id = %(workspace)s)
"""
# Who must not be mailed is left alone from here on.
_SET_ASIDE = """
DELETE FROM gathered WHERE suppressed OR standing NOT IN ('', 'unsubscribed')
"""

_HEED_REFUSALS = """
UPDATE gathered SET said = 'refused'
FROM {staged} AS staged
WHERE staged.said = 'refused' AND staged.email_key = gathered.email_key
    AND gathered.said <> 'refused'
"""


def begin(values: Mapping[str, Any]) -> None:
    """Make ready for the first part."""
    former.begin(values)
    statements.run(_BEGIN, values)


def gather(staged: str, values: Mapping[str, Any], *, hears_refusals: bool) -> int:
    """Gather the rows from line `after` on `until` another, or all; return how many people."""
    is_last = values["until"] is None
    if is_last:
        former.rename(staged, values)
    else:
        former.wait(staged, values)
    stopped = _STOPPED if statements.value(_STOPS_DOMAINS, values) else "false"
    lines = _LAST if is_last else _PART
    is_later = bool(values["after"])
    news, known = (_NEWS, _OTHERS) if is_later else ("true", _ALL_KNOWN)
    gathering = _GATHER.format(staged=staged, lines=lines, stopped=stopped, news=news, known=known)
    if is_later:
        statements.run(_REPEATED.format(staged=staged, lines=lines), values)
        statements.run(_HEARD, values)
        statements.run(_LOOK_AT_ALL, values)
    people = statements.run(gathering, values)
    if is_later:
        statements.run(_FORGET, values)
        statements.run(_LOOK_AS_EVER, values)
    if not is_last:
        statements.run(_MEET, values)
    if hears_refusals:
        statements.run(_HEED_REFUSALS.format(staged=staged), values)
    return people


def look_over(values: Mapping[str, Any]) -> None:
    """Let the planner know who is gathered, before others are looked up for them."""
    statements.run("ANALYZE gathered (contact_id, is_new)", values)


def end(values: Mapping[str, Any]) -> None:
    """Forget what the last part needed."""
    statements.run(_END, values)
    former.end(values)


def set_aside(values: Mapping[str, Any], *, some_left: bool) -> int:
    """Leave alone from here on who must not be mailed; return how many they are.

    `some_left` says whether the file itself may say so of somebody.
    """
    if not some_left and not statements.value(_STOPS_ANYBODY, values):
        return 0
    return statements.run(_SET_ASIDE, values)
