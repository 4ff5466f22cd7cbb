"""A worker killed by `kill -9` anywhere in a bulk edit: the end is that of an undisturbed one."""

import pytest

from campaigns.audience.bulk import running
from campaigns.audience.models import BulkEdit
from tests.audience import doomed_import
from tests.audience.bulk import aftermath
from tests.sending.stage import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 250  # In steps of 100, as of doomed workers.
DOING = [
    ("subscribe", "bulk.people.some", 1, "after"),
    ("subscribe", "statements.number", 2, "after"),
    ("suppress", "bulk.running._step", 2, "after"),
    ("add_tags", "bulk.running._end", 1, "before"),
]
UNDOING = [
    ("suppress", "statements.number", 1, "after"),
    ("unsubscribe", "statements.number", 3, "before"),
    ("set_field", "bulk.running._step", 1, "after"),
]


def finish(edit: BulkEdit) -> None:
    """Go on as the beat does, until nothing is left to do."""

    def is_over() -> bool:
        # The database may still be at what the killed worker asked of it.
        rung: list[int] = []
        running.resume(rung.append)
        assert rung in ([], [edit.pk])
        running.run(edit.pk)
        edit.refresh_from_db()
        return edit.is_over

    wait_until(is_over)


def begin(action: str, *, undo: bool) -> BulkEdit:
    edit = aftermath.begin(aftermath.make_world(PEOPLE), action)
    if undo:
        running.run(edit.pk)
        edit.refresh_from_db()
        assert running.start_undo(edit)
    return edit


@pytest.mark.parametrize(
    ("undo", "action", "place", "call", "moment"),
    [(undo, *one) for undo, cases in ((False, DOING), (True, UNDOING)) for one in cases],
)
def test_killed_and_resumed_gives_the_same(undo, action, place, call, moment):
    undisturbed = begin(action, undo=undo)
    running.run(undisturbed.pk)
    expected = aftermath.everything(undisturbed.workspace)
    BulkEdit.objects.all().delete()

    edit = begin(action, undo=undo)
    doomed_import.run("bulk.running.run", edit.pk, place, call, moment)
    edit.refresh_from_db()
    assert not edit.is_over
    finish(edit)
    assert aftermath.everything(edit.workspace) == expected
