"""The words of people, by which they are found: note those of a large import after it.

The database notes words with each contact that is written (a migration made the triggers).
For a million at once that takes longer than all the rest of an import, so it leaves them to
`note_waiting`. Meanwhile a search reads the people themselves: slower, and never wrong. Each
step commits with how far it came, so a `kill -9` costs no more than that step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from campaigns.audience import statements
from campaigns.audience.models import Unworded

STEP = 5_000

# Locked, so that nobody is deleted between our look and our note, who would be noted then.
_NOTE = """
WITH people AS MATERIALIZED (
    SELECT id, email, first_name, last_name, fields FROM audience_contact
    WHERE workspace_id = %(workspace)s AND id BETWEEN %(first)s AND %(last)s
    ORDER BY id LIMIT %(step)s FOR KEY SHARE
), noted AS (
    INSERT INTO audience_wording (contact_id, words)
    SELECT id, audience_words(email, first_name, last_name, fields) FROM people
    ON CONFLICT (contact_id) DO NOTHING
)
SELECT max(id) FROM people
"""

_AT_ONCE = """
INSERT INTO audience_wording (contact_id, words)
SELECT contact_id, audience_words(email, first_name, last_name, fields) FROM gathered WHERE is_new
ON CONFLICT (contact_id) DO NOTHING
"""

_LATER = """
INSERT INTO audience_unworded (workspace_id, first_id, last_id)
SELECT %(workspace)s, min(contact_id), max(contact_id) FROM gathered WHERE is_new
HAVING count(*) > 0
"""


@contextmanager
def later() -> Iterator[None]:
    """Write contacts without their words, within a transaction; then call `see_to` or `wait`."""
    statements.run("SET LOCAL candid.words = 'later'", {})
    yield
    statements.run("SET LOCAL candid.words = ''", {})


def see_to(values: Mapping[str, Any], *, at_once: bool) -> None:
    """Note the words of an import's new people, or that it has to be done."""
    statements.run(_AT_ONCE if at_once else _LATER, values)


def wait(workspace_id: int, first_id: int, last_id: int) -> None:
    """Let people who were written without their words wait for them."""
    Unworded.objects.create(workspace_id=workspace_id, first_id=first_id, last_id=last_id)


def note_waiting() -> int:
    """Note the words of all people that wait for it; return how many steps that took."""
    steps = 0
    while _note_some():
        steps += 1
    return steps


def is_waiting() -> bool:
    """Whether there are people whose words are not noted."""
    return Unworded.objects.exists()


def _note_some() -> bool:
    with transaction.atomic():
        free = Unworded.objects.select_for_update(skip_locked=True)
        waiting = free.order_by("pk").first()
        if waiting is None:
            return False
        values = {
            "workspace": waiting.workspace_id,
            "first": waiting.first_id,
            "last": waiting.last_id,
            "step": STEP,
        }
        newest = statements.value(_NOTE, values)
        if newest is None or newest >= waiting.last_id:
            waiting.delete()
        else:
            waiting.first_id = newest + 1
            waiting.save(update_fields=["first_id"])
    return True
