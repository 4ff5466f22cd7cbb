"""Check what new rows refer to once for all of them, where the database lets us.

PostgreSQL looks up each foreign key of each row: four times per person of an import, which
takes longer than writing the people does. `pg_restore` has the same trouble and the same way
out: the role may stop asking per row (`GRANT SET ON PARAMETER session_replication_role`).
Where it may not, everything works as ever, and takes longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection

_ALLOWED = """
SELECT current_setting('session_replication_role') = 'origin'
    AND has_parameter_privilege('session_replication_role', 'SET')
"""
# Who holds these locks cannot be deleted before we commit: just what the keys would have asked.
_HOLD_WORKSPACE = "SELECT 1 FROM accounts_workspace WHERE id = %s FOR KEY SHARE"
_HOLD_LIST = "SELECT 1 FROM audience_list WHERE id = %s FOR KEY SHARE"


@contextmanager
def all_at_once(workspace_id: int, *list_ids: int) -> Iterator[None]:
    """Write people of a workspace and put them on lists, their keys checked together.

    For new contacts and their subscriptions only: the contacts are nobody else's to delete,
    and neither are lists that were made in this transaction, which need not be named.
    What follows the block is checked row by row again. Nor are the lists' bits noted in it
    (`list_bits_querysets.note`): the caller does that.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWED)
        if not cursor.fetchone()[0]:
            yield
            return
        held = [(_HOLD_WORKSPACE, workspace_id), *((_HOLD_LIST, pk) for pk in list_ids)]
        for statement, pk in held:
            cursor.execute(statement, [pk])
            if cursor.fetchone() is None:
                raise IntegrityError(f"There is no row {pk} to refer to.")
        # Local: a rollback takes it back as well.
        cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
