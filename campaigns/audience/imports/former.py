"""Lines of a file that name an address which somebody had until they were merged: they are theirs.

Part of merging, in its transaction. Such a line is brought under the address that is kept, so
that all the rules of importing go for it. It only fills in what is empty: what a member chose
when two contacts were made one is not undone by the file that had both. A line of the address
that is kept comes first, wherever it stands in the file: so of a file that is merged in parts,
such lines wait for the last one.

A former address that must not be mailed, or bounced, stays what it is: nothing of its line
becomes the person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience import statements
from campaigns.audience.models import Merger

_BEGIN = """
CREATE TEMPORARY TABLE waiting (line integer NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE renamed (line integer PRIMARY KEY, email text) ON COMMIT DROP
"""
_END = "DROP TABLE renamed, waiting"

_WAIT = """
INSERT INTO waiting (line)
SELECT line FROM {staged} WHERE line > %(after)s AND line <= %(until)s AND email_key IN (
    SELECT lower(email) FROM audience_merger WHERE workspace_id = %(workspace)s
)
"""

_RENAME = """
WITH found AS MATERIALIZED (
    SELECT DISTINCT ON (staged.line) staged.line, staged.email AS former,
        contact.email, contact.email_key, contact.fingerprint
    FROM {staged} AS staged
    JOIN audience_merger AS merger
        ON merger.workspace_id = %(workspace)s AND lower(merger.email) = staged.email_key
    JOIN audience_contact AS contact
        ON contact.id = merger.contact_id AND contact.workspace_id = %(workspace)s
    WHERE (staged.line > %(after)s OR staged.line IN (SELECT line FROM waiting))
        AND coalesce(nullif(staged.standing, ''), %(everybody)s) <> 'bounced'
        AND NOT EXISTS (
            SELECT FROM audience_contact AS owner
            WHERE owner.workspace_id = %(workspace)s AND owner.email_key = staged.email_key
        ) AND NOT EXISTS (
            SELECT FROM audience_suppression AS stopped
            WHERE stopped.workspace_id = %(workspace)s
                AND stopped.fingerprint = staged.fingerprint
        ) AND NOT EXISTS (
            SELECT FROM audience_suppresseddomain AS stopped
            WHERE stopped.workspace_id = %(workspace)s
                AND stopped.domain = ANY(audience_domains(staged.email_key))
        )
    ORDER BY staged.line, merger.at DESC
), noted AS (
    INSERT INTO renamed (line, email) SELECT line, former FROM found
)
UPDATE {staged} AS staged
SET email = found.email, email_key = found.email_key, fingerprint = found.fingerprint,
    again = true
FROM found WHERE staged.line = found.line
"""


def are_there(workspace_id: int) -> bool:
    """Whether anybody of the workspace has a former address."""
    return Merger.objects.filter(workspace=workspace_id).exists()


def begin(values: Mapping[str, Any]) -> None:
    """Make ready for the first part."""
    statements.run(_BEGIN, values)


def wait(staged: str, values: Mapping[str, Any]) -> int:
    """Let such lines of a part wait for the last one; return how many."""
    if not are_there(values["workspace"]):
        return 0
    return statements.run(_WAIT.format(staged=staged), values)


def rename(staged: str, values: Mapping[str, Any]) -> int:
    """Bring those lines under the addresses that are kept, in the last part; return how many."""
    if not are_there(values["workspace"]):
        return 0
    return statements.run(_RENAME.format(staged=staged), values)


def end(values: Mapping[str, Any]) -> None:
    """Forget what the last part needed."""
    statements.run(_END, values)
