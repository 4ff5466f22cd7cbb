"""The lines of the consent ledger about mail that an import writes: set-wise, in its transaction.

Each says which file and line a person came by, on what basis they are mailed, and who said so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any

from campaigns.audience import statements
from campaigns.audience.models import Import

# A member who is gone is nobody; one who is there stays until we commit.
_RECORD = """
INSERT INTO audience_consententry (
    workspace_id, contact_id, purpose, state, source, evidence, at, actor_id
)
SELECT %(workspace)s, gathered.contact_id, 'mail',
    CASE WHEN gathered.standing = 'unsubscribed' THEN 'withdrawn'
         WHEN %(basis)s = 'consent' THEN 'granted' ELSE 'unknown' END,
    'import', {{evidence}} {address},
    now(), (SELECT id FROM accounts_user WHERE id = %(actor)s FOR KEY SHARE)
FROM gathered {who}
"""
_NEW = _RECORD.format(address="", who="WHERE is_new")
# To put it together here takes longer than to write it; it was read when the row was staged, on
# another core. Only a list that was renamed since is called by its new name.
_STAGED = "gathered.evidence"
_ANEW = """%(mail_evidence)s::jsonb || CASE WHEN gathered.proof = ''
        THEN jsonb_build_object('line', gathered.line)
        ELSE jsonb_build_object('line', gathered.line, 'note', gathered.proof) END"""
_STILL_TRUE = """
SELECT coalesce((
    SELECT evidence - 'line' = %(mail_evidence)s::jsonb FROM gathered WHERE proof = '' LIMIT 1
), false)
"""
# Before they are put on the list, or off it.
_KNOWN = _RECORD.format(
    address="""|| coalesce((SELECT jsonb_build_object('address', renamed.email)
            FROM renamed WHERE renamed.line = gathered.line), '{{}}')""",
    who="""LEFT JOIN audience_subscription AS subscription
    ON subscription.contact_id = gathered.contact_id AND subscription.list_id = %(list)s
WHERE NOT is_new AND (subscription.id IS NULL
    OR (gathered.standing = 'unsubscribed' AND subscription.status = 'subscribed'))""",
)

# Who was put on the list by a file that is undone. Of whom it brought, it goes with them.
TAKE_BACK = """
INSERT INTO audience_consententry (
    workspace_id, contact_id, purpose, state, source, evidence, at
)
SELECT %(workspace)s, subscription.contact_id, 'mail', 'withdrawn', 'import',
    jsonb_build_object('import', %(import)s, 'list', list.id, 'name', list.name,
                       'undone', true),
    now()
FROM audience_subscription AS subscription
JOIN audience_list AS list ON list.id = subscription.list_id
WHERE subscription.list_id = %(list)s AND subscription.subscribed_at = %(at)s
    AND subscription.status = 'subscribed'
"""
# Whom the file said to have left, and who was on the list until then.
PUT_BACK = """
INSERT INTO audience_consententry (
    workspace_id, contact_id, purpose, state, source, evidence, at
)
SELECT %(workspace)s, subscription.contact_id, 'mail',
    CASE WHEN subscription.basis = 'consent' THEN 'granted' ELSE 'unknown' END, 'import',
    jsonb_build_object('import', %(import)s, 'list', list.id, 'name', list.name,
                       'basis', subscription.basis, 'undone', true),
    now()
FROM audience_subscription AS subscription
JOIN audience_list AS list ON list.id = subscription.list_id
WHERE subscription.list_id = %(list)s AND subscription.unsubscribed_at = %(at)s
    AND subscription.subscribed_at <> %(at)s
"""


def evidence(one: Import) -> dict[str, Any]:
    """Return what goes for all lines of a file."""
    found = {"import": one.pk, "file": one.filename, "basis": one.basis}
    if one.basis_note:
        found["note"] = one.basis_note
    return found | {"list": one.list_id, "name": one.list.name}


def teller(one: Import) -> Callable[[str, str], str]:
    """Return what says the evidence of a line, as JSON: from its number, and its proof or ''."""
    start = json.dumps(evidence(one))[:-1]

    def tell(line: str, proof: str) -> str:
        note = f', "note": {encode_basestring(proof)}' if proof else ""
        return f'{start}, "line": {line}{note}}}'

    return tell


def record_new(values: Mapping[str, Any]) -> int:
    """Write down why those are mailed who are made here, or that they left; return how many."""
    return _record(_NEW, values)


def record_known(values: Mapping[str, Any]) -> int:
    """Write down who of the others is about to join the list, or to leave it; return how many."""
    return _record(_KNOWN, values)


def _record(statement: str, values: Mapping[str, Any]) -> int:
    evidence = _STAGED if statements.value(_STILL_TRUE, values) else _ANEW
    return statements.run(statement.format(evidence=evidence), values)
