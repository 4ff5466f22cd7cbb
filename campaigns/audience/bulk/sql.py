"""The statements of bulk edits: each over a part of the people, writing what it changed of whom.

All of them answer with how many people changed. `now()` is the moment of the step, the same in
every row that it writes.
"""

# {news} has contact_id and details; what was changed is told in each contact's timeline.
_TELL = """
, told AS (
    INSERT INTO audience_change (
        workspace_id, contact_id, what, details, source, actor_id, of_id, takes_back, at
    )
    SELECT %(workspace)s, contact_id, '{what}', details, 'member', %(actor)s, %(edit)s, {back},
        now()
    FROM news
    RETURNING contact_id
)
SELECT count(DISTINCT contact_id) FROM told
"""


def telling(what: str, *, back: bool = False) -> str:
    """Return the end of a statement whose `news` are changes of this kind."""
    return _TELL.format(what=what, back="true" if back else "false")


# {rows} has contact_id and list_id of those whose mail of a list begins or ends, and their basis.
# A member who is gone is nobody; one who is there stays until we commit.
_LEDGER = """
, said AS (
    INSERT INTO audience_consententry (
        workspace_id, contact_id, purpose, state, source, evidence, at, actor_id
    )
    SELECT %(workspace)s, rows.contact_id, 'mail', {state}, 'member',
        jsonb_build_object('list', list.id, 'name', list.name, 'bulk_edit', %(edit)s::bigint)
            || {evidence},
        now(), (SELECT id FROM accounts_user WHERE id = %(actor)s FOR KEY SHARE)
    FROM {rows} AS rows JOIN audience_list AS list ON list.id = rows.list_id
)"""
_BY_BASIS = "CASE WHEN rows.basis = 'consent' THEN 'granted' ELSE 'unknown' END"
_BASIS = """jsonb_strip_nulls(
            jsonb_build_object('basis', rows.basis, 'note', nullif(rows.basis_note, '')))"""
_UNDONE = "jsonb_build_object('undone', true)"

_PEOPLE = "contact.id = ANY(%(ids)s) AND contact.workspace_id = %(workspace)s"
_DONE = """audience_change AS done
    WHERE done.of_id = %(edit)s AND NOT done.takes_back AND done.contact_id = ANY(%(ids)s)"""

TAG = (
    f"""
WITH put AS (
    INSERT INTO audience_tagging (workspace_id, tag_id, contact_id, at)
    SELECT %(workspace)s, tag.id, contact.id, now()
    FROM audience_contact AS contact
    JOIN audience_tag AS tag ON tag.id = ANY(%(tags)s) AND tag.workspace_id = %(workspace)s
    WHERE {_PEOPLE} ORDER BY contact.id, tag.id
    ON CONFLICT (tag_id, contact_id) DO NOTHING
    RETURNING tag_id, contact_id
), news AS (
    SELECT put.contact_id, jsonb_build_object('tag', tag.id, 'name', tag.name) AS details
    FROM put JOIN audience_tag AS tag ON tag.id = put.tag_id
)"""  # noqa: S608 - constants of this module
    + telling("tagged")
)

UNTAG = """
WITH taken AS (
    DELETE FROM audience_tagging AS row USING audience_tag AS tag
    WHERE tag.id = row.tag_id AND tag.id = ANY(%(tags)s) AND row.contact_id = ANY(%(ids)s)
        AND row.workspace_id = %(workspace)s
    RETURNING row.contact_id, tag.id AS tag_id, tag.name
), news AS (
    SELECT contact_id, jsonb_build_object('tag', tag_id, 'name', name) AS details FROM taken
)""" + telling("untagged")  # noqa: S608 - constants of this module

UNDO_TAG = (
    f"""
WITH taken AS (
    DELETE FROM audience_tagging AS row USING {_DONE}
        AND row.contact_id = done.contact_id AND row.at = done.at
        AND row.tag_id = (done.details->>'tag')::bigint
    RETURNING row.contact_id, done.details
), news AS (SELECT contact_id, details FROM taken)"""  # noqa: S608 - constants of this module
    + telling("untagged", back=True)
)

UNDO_UNTAG = (
    f"""
WITH put AS (
    INSERT INTO audience_tagging (workspace_id, tag_id, contact_id, at)
    SELECT %(workspace)s, tag.id, told.contact_id, now()
    FROM (SELECT done.contact_id, (done.details->>'tag')::bigint AS tag_id FROM {_DONE}) AS told
    JOIN audience_tag AS tag ON tag.id = told.tag_id AND tag.workspace_id = %(workspace)s
    ORDER BY told.contact_id, tag.id
    ON CONFLICT (tag_id, contact_id) DO NOTHING
    RETURNING tag_id, contact_id
), news AS (
    SELECT put.contact_id, jsonb_build_object('tag', tag.id, 'name', tag.name) AS details
    FROM put JOIN audience_tag AS tag ON tag.id = put.tag_id
)"""  # noqa: S608 - constants of this module
    + telling("tagged", back=True)
)

_SUPPRESSED = """(EXISTS (
    SELECT 1 FROM audience_suppression AS stop
    WHERE stop.workspace_id = %(workspace)s AND stop.fingerprint = contact.fingerprint
) OR EXISTS (
    SELECT 1 FROM audience_suppresseddomain AS stop
    WHERE stop.workspace_id = %(workspace)s
        AND stop.domain = ANY(audience_domains(contact.email_key))
))"""

# Who cannot be put on the list: who must not be mailed, and who had left it.
KEPT_OFF = f"""
SELECT count(*) FILTER (WHERE stopped),
    count(*) FILTER (WHERE NOT stopped AND status = 'unsubscribed')
FROM (
    SELECT {_SUPPRESSED} AS stopped, row.status
    FROM audience_contact AS contact
    LEFT JOIN audience_subscription AS row
        ON row.contact_id = contact.id AND row.list_id = %(list)s
    WHERE {_PEOPLE}
) AS known
"""  # noqa: S608 - constants of this module

SUBSCRIBE = (
    f"""
WITH put AS (
    INSERT INTO audience_subscription (
        workspace_id, list_id, contact_id, status, basis, basis_note, subscribed_at
    )
    SELECT %(workspace)s, list.id, contact.id, 'subscribed', %(basis)s, %(basis_note)s, now()
    FROM audience_contact AS contact
    JOIN audience_list AS list ON list.id = %(list)s AND list.workspace_id = %(workspace)s
    WHERE {_PEOPLE} AND NOT {_SUPPRESSED} ORDER BY contact.id
    ON CONFLICT (list_id, contact_id) DO NOTHING
    RETURNING contact_id, list_id, basis, basis_note
), news AS (SELECT contact_id, jsonb_build_object('list', list_id) AS details FROM put)"""  # noqa: S608
    + _LEDGER.format(rows="put", state=_BY_BASIS, evidence=_BASIS)
    + telling("joined")
)

# Who left since has said something, which stays.
UNDO_SUBSCRIBE = (
    f"""
WITH taken AS (
    DELETE FROM audience_subscription AS row USING {_DONE}
        AND row.contact_id = done.contact_id AND row.list_id = (done.details->>'list')::bigint
        AND row.subscribed_at = done.at AND row.status = 'subscribed'
    RETURNING row.contact_id, row.list_id, done.details
), news AS (SELECT contact_id, details FROM taken)"""  # noqa: S608 - constants of this module
    + _LEDGER.format(rows="taken", state="'withdrawn'", evidence=_UNDONE)
    + telling("left", back=True)
)

# Who said by themselves, since they were chosen, that they want its mail stays on a list.
UNSUBSCRIBE = (
    """
WITH ended AS (
    UPDATE audience_subscription AS row SET status = 'unsubscribed', unsubscribed_at = now()
    WHERE row.list_id = ANY(%(lists)s) AND row.workspace_id = %(workspace)s
        AND row.contact_id = ANY(%(ids)s) AND row.status = 'subscribed'
        AND NOT EXISTS (
            SELECT 1 FROM audience_consententry AS line
            WHERE line.contact_id = row.contact_id AND line.at > %(chosen_at)s
                AND line.purpose = 'mail' AND line.state = 'granted'
                AND line.source IN ('form', 'page', 'preferences')
                AND line.evidence->>'list' = row.list_id::text
        )
    RETURNING contact_id, list_id
), noted AS (
    INSERT INTO audience_unsubscription (workspace_id, contact_id, list_id, source, at)
    SELECT %(workspace)s, contact_id, list_id, 'member', now() FROM ended
), news AS (SELECT contact_id, jsonb_build_object('list', list_id) AS details FROM ended)"""  # noqa: S608
    + _LEDGER.format(rows="ended", state="'withdrawn'", evidence="%(evidence)s::jsonb")
    + telling("left")
)

# Only of whom nothing says that they themselves want no mail.
UNDO_UNSUBSCRIBE = (
    f"""
WITH resumed AS (
    UPDATE audience_subscription AS row SET status = 'subscribed', unsubscribed_at = NULL
    FROM {_DONE}
        AND row.contact_id = done.contact_id AND row.list_id = (done.details->>'list')::bigint
        AND row.unsubscribed_at = done.at
        AND NOT EXISTS (
            SELECT 1 FROM audience_contact AS contact
            WHERE contact.id = row.contact_id AND {_SUPPRESSED}
        )
    RETURNING row.contact_id, row.list_id, row.basis, row.basis_note, done.at, done.details
), forgiven AS (
    UPDATE audience_unsubscription AS gone SET undone_at = now()
    FROM resumed
    WHERE gone.contact_id = resumed.contact_id AND gone.list_id = resumed.list_id
        AND gone.at = resumed.at AND gone.source = 'member'
), news AS (SELECT contact_id, details FROM resumed)"""  # noqa: S608 - constants of this module
    + _LEDGER.format(rows="resumed", state=_BY_BASIS, evidence=f"{_BASIS} || {_UNDONE}")
    + telling("joined", back=True)
)

SUPPRESS = (
    f"""
WITH stopped AS (
    INSERT INTO audience_suppression (workspace_id, fingerprint, reason, at)
    SELECT %(workspace)s, contact.fingerprint, 'manual', now()
    FROM audience_contact AS contact WHERE {_PEOPLE} ORDER BY contact.fingerprint
    ON CONFLICT (workspace_id, fingerprint, reason) DO NOTHING
    RETURNING fingerprint
), news AS (
    SELECT contact.id AS contact_id, '{{}}'::jsonb AS details
    FROM audience_contact AS contact JOIN stopped USING (fingerprint) WHERE {_PEOPLE}
)"""  # noqa: S608 - constants of this module
    + telling("stopped")
)

# What else stops them, above all their own word, stays.
UNDO_SUPPRESS = (
    f"""
WITH freed AS (
    DELETE FROM audience_suppression AS stop USING audience_contact AS contact, {_DONE}
        AND contact.id = done.contact_id AND contact.workspace_id = %(workspace)s
        AND stop.workspace_id = %(workspace)s AND stop.fingerprint = contact.fingerprint
        AND stop.reason = 'manual' AND stop.at = done.at
    RETURNING contact.id AS contact_id
), news AS (SELECT contact_id, '{{"freed": true}}'::jsonb AS details FROM freed)"""  # noqa: S608
    + telling("stopped", back=True)
)
