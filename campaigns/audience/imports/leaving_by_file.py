"""People of a file who left elsewhere, or bounced there: they stay away here too.

Part of merging, in its transaction, on its table of gathered people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience import statements

# Whatever line of an address says so: the worst counts.
_HEED = """
UPDATE gathered SET standing = worst.standing
FROM (
    SELECT DISTINCT ON (email_key) email_key, standing FROM {staged}
    WHERE standing <> '' ORDER BY email_key, standing = 'unsubscribed', line
) AS worst
WHERE worst.email_key = gathered.email_key AND gathered.standing <> worst.standing
    AND gathered.standing IN ('', 'unsubscribed')
"""

# Also of whom we do not mail already: theirs may be another reason, which others may lift.
_SUPPRESS = """
WITH stopped AS (
    INSERT INTO audience_suppression (workspace_id, fingerprint, reason, source, at)
    SELECT %(workspace)s, fingerprint, CASE standing
        WHEN 'bounced' THEN 'hard_bounce' WHEN 'complained' THEN 'complaint' ELSE 'manual' END,
        'import', now()
    FROM gathered WHERE standing NOT IN ('', 'unsubscribed') ORDER BY fingerprint
    ON CONFLICT (workspace_id, fingerprint, reason) DO NOTHING
    RETURNING fingerprint
)
SELECT count(*) FROM stopped JOIN gathered USING (fingerprint) WHERE NOT gathered.suppressed
"""

_END = """
UPDATE audience_subscription AS subscription
SET status = 'unsubscribed', unsubscribed_at = now()
FROM gathered
WHERE subscription.contact_id = gathered.contact_id AND subscription.list_id = %(list)s
    AND gathered.standing = 'unsubscribed' AND subscription.status = 'subscribed'
"""

_KEEP_OFF = """
INSERT INTO audience_subscription (
    workspace_id, list_id, contact_id, status, basis, basis_note, subscribed_at, unsubscribed_at
)
SELECT %(workspace)s, %(list)s, contact_id, 'unsubscribed', %(basis)s, %(basis_note)s, now(), now()
FROM gathered WHERE standing = 'unsubscribed' ORDER BY contact_id
ON CONFLICT (list_id, contact_id) DO NOTHING
"""

_NOTE = """
INSERT INTO audience_unsubscription (workspace_id, contact_id, list_id, source, at)
SELECT %(workspace)s, gathered.contact_id, %(list)s, 'import', now()
FROM gathered JOIN audience_subscription AS subscription
    ON subscription.contact_id = gathered.contact_id AND subscription.list_id = %(list)s
WHERE gathered.standing = 'unsubscribed' AND subscription.unsubscribed_at = now()
"""


def suppress(staged: str, values: Mapping[str, Any]) -> int:
    """Heed what all lines say, and stop mail to whom they say; return to how many there was any."""
    statements.run(_HEED.format(staged=staged), values)
    return statements.number(_SUPPRESS, values)


def leave(values: Mapping[str, Any]) -> int:
    """Keep off the list who left; return of how many we did not know."""
    ended = statements.run(_END, values) + statements.run(_KEEP_OFF, values)
    if ended:
        statements.run(_NOTE, values)
    return ended
