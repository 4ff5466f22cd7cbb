"""Hold people whom one transaction is about to change, in the order of their numbers.

Whoever writes of many people does so first: two who are about the same ones then wait for each
other once, and never in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from campaigns.audience import statements
from campaigns.audience.imports import overwriting
from campaigns.audience.models import Import

# Rows that refer to them may be written meanwhile.
_HOLD = """
WITH held AS MATERIALIZED (
    SELECT contact.id FROM audience_contact AS contact
    {which}
    ORDER BY contact.id FOR NO KEY UPDATE OF contact {patience}
)
SELECT count(*) FROM held
"""

_GATHERED = """JOIN gathered ON gathered.contact_id = contact.id AND NOT gathered.is_new
    LEFT JOIN audience_subscription AS subscription
        ON subscription.contact_id = contact.id AND subscription.list_id = %(list)s
    WHERE {changes}"""

# All whom an import changed know its moment.
_IMPORTED = """WHERE contact.id IN (
        SELECT contact_id FROM audience_subscription
        WHERE list_id = %(list)s AND (subscribed_at = %(at)s OR unsubscribed_at = %(at)s)
        UNION ALL SELECT contact_id FROM audience_unsubscription
        WHERE list_id = %(list)s AND source = 'import' AND at = %(at)s
        UNION ALL SELECT contact_id FROM audience_tagging
        WHERE workspace_id = %(workspace)s AND at = %(at)s
    )"""


class HeldElsewhereError(Exception):
    """Somebody else holds people whom we could not wait for."""


def gathered(one: Import, values: Mapping[str, Any], *, all_known: bool) -> None:
    """Hold who of the gathered people is here already and is about to be changed, or all of them.

    A later part of a file comes out of turn, and does not wait. Raises `HeldElsewhereError`.
    """
    changes = "true" if all_known else f"subscription.id IS NULL OR {overwriting.changes(one)}"
    patience = "NOWAIT" if values["after"] else ""
    try:
        _hold(_GATHERED.format(changes=changes), values, patience)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise HeldElsewhereError from error
        raise


def imported(values: Mapping[str, Any]) -> None:
    """Hold whom an import put on its list, took off it, or tagged."""
    _hold(_IMPORTED, values)


def _hold(which: str, values: Mapping[str, Any], patience: str = "") -> None:
    statements.run(_HOLD.format(which=which, patience=patience), values)
