"""Hand over what this room keeps of a contact to another one: the SQL of `uniting`."""

# Whoever left, or said no under the other address, has left here too.
_LEAVE = """
UPDATE audience_subscription AS mine
SET status = 'unsubscribed', unsubscribed_at = coalesce(theirs.unsubscribed_at, now())
FROM audience_subscription AS theirs
WHERE mine.contact_id = %(kept)s AND theirs.contact_id = %(gone)s
    AND theirs.list_id = mine.list_id AND mine.status = 'subscribed'
    AND (theirs.status = 'unsubscribed' OR %(said_no)s)
"""
_JOIN = """
UPDATE audience_subscription AS theirs SET
    contact_id = %(kept)s,
    status = CASE WHEN %(said_no)s THEN 'unsubscribed' ELSE theirs.status END,
    unsubscribed_at = CASE WHEN %(said_no)s THEN coalesce(theirs.unsubscribed_at, now())
        ELSE theirs.unsubscribed_at END
WHERE theirs.contact_id = %(gone)s AND NOT EXISTS (
    SELECT FROM audience_subscription AS mine
    WHERE mine.contact_id = %(kept)s AND mine.list_id = theirs.list_id
)
"""
_TAGS = """
UPDATE audience_tagging AS theirs SET contact_id = %(kept)s
WHERE theirs.contact_id = %(gone)s AND NOT EXISTS (
    SELECT FROM audience_tagging AS mine
    WHERE mine.contact_id = %(kept)s AND mine.tag_id = theirs.tag_id
)
"""
# Lines are never changed: these are written once more, and theirs go with them. What they had
# from somebody merged before keeps the address that it was said for.
_LEDGER = """
INSERT INTO audience_consententry (
    workspace_id, contact_id, purpose, state, source, notice_id, evidence, said_at, at, actor_id
)
SELECT workspace_id, %(kept)s, purpose, state, source, notice_id,
    jsonb_build_object('address', %(email)s::text) || evidence, said_at, at, actor_id
FROM audience_consententry WHERE contact_id = %(gone)s ORDER BY id
"""
_OF_IMPORTS = "of_id IN (SELECT id FROM audience_import WHERE workspace_id = %(workspace)s)"
_IMPORTS = f"""
UPDATE audience_importbefore AS theirs SET contact_id = %(kept)s
WHERE theirs.contact_id = %(gone)s AND theirs.{_OF_IMPORTS} AND NOT EXISTS (
    SELECT FROM audience_importbefore AS mine
    WHERE mine.contact_id = %(kept)s AND mine.of_id = theirs.of_id
)
"""  # noqa: S608 - constants of this module
# What both have of an import is theirs once.
_IMPORTS_OF_BOTH = (
    f"DELETE FROM audience_importbefore WHERE contact_id = %(gone)s AND {_OF_IMPORTS}"  # noqa: S608
)
# For undoing what was done. What is still to be done was meant for who is gone.
_BULK_EDITS = """
UPDATE audience_bulkeditperson AS theirs SET contact_id = %(kept)s
WHERE theirs.contact_id = %(gone)s AND theirs.of_id IN (
    SELECT id FROM audience_bulkedit
    WHERE workspace_id = %(workspace)s AND status NOT IN ('chosen', 'running')
) AND NOT EXISTS (
    SELECT FROM audience_bulkeditperson AS mine
    WHERE mine.contact_id = %(kept)s AND mine.of_id = theirs.of_id
)
"""
# Where an edit changed both, undoing it gives back what was kept of who stays.
_CHANGES = """
UPDATE audience_change AS theirs SET contact_id = %(kept)s,
    of_id = CASE WHEN EXISTS (
        SELECT FROM audience_change AS mine
        WHERE mine.contact_id = %(kept)s AND mine.of_id = theirs.of_id
    ) THEN NULL ELSE theirs.of_id END
WHERE theirs.contact_id = %(gone)s
"""

HAND_OVER = (
    *(_LEAVE, _JOIN, _TAGS, _LEDGER, _IMPORTS, _IMPORTS_OF_BOTH, _BULK_EDITS, _CHANGES),
    "UPDATE audience_note SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    "UPDATE audience_unsubscription SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    "UPDATE audience_merger SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    """DELETE FROM audience_resemblance WHERE workspace_id = %(workspace)s
        AND %(gone)s IN (first_id, second_id)""",
)
