"""A worker killed by `kill -9` anywhere in an import: the end is that of an undisturbed one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience.imports import importing
from campaigns.audience.models import Import
from tests.audience import aftermath, doomed_import
from tests.audience.files import make_import

pytestmark = pytest.mark.django_db(transaction=True)

FILE = aftermath.file(500)
PLAIN = aftermath.plain_file(500)

MOMENTS = [
    ("imports.staging.create", 1, "before"),
    ("imports.staging.copy", 1, "after"),
    ("imports.importing._stage_chunk", 3, "after"),
    ("imports.staging.copy", 4, "before"),
    ("imports.importing._merge", 1, "before"),
    ("statements.run", 5, "after"),
    ("imports.merging._record", 1, "after"),
    ("imports.staging.drop", 2, "after"),
    ("imports.tidying.drop_file", 1, "before"),
]
# While rows are merged and later ones staged.
BETWEEN = [
    ("imports.merging._merge_part", 1, "before"),
    ("imports.merging._merge_part", 1, "after"),
    ("imports.importing._stage_chunk", 4, "after"),
    ("imports.importing._finish", 1, "before"),
]


def undisturbed(content):
    readers = aftermath.make_world()
    one = make_import(readers, content)
    importing.start(one)
    importing.run(one.pk)
    return aftermath.everything(readers)


@pytest.mark.parametrize(("place", "call", "moment"), MOMENTS)
def test_killed_and_resumed_gives_the_same(place, call, moment):
    survives(FILE, place, call, moment)


@pytest.mark.parametrize(("place", "call", "moment"), BETWEEN)
def test_killed_while_it_is_staged_and_merged_and_resumed_gives_the_same(place, call, moment):
    survives(PLAIN, place, call, moment)


def survives(content, place, call, moment):
    expected = undisturbed(content)
    readers = aftermath.make_world()
    one = make_import(readers, content)
    importing.start(one)

    doomed_import.run("imports.importing.run", one.pk, place, call, moment)

    one.refresh_from_db()
    if one.status != Import.Status.DONE:
        # Nothing of it is seen, and nobody takes it while its worker may be alive.
        assert readers.workspace.contacts.count() == 2
        importing.run(one.pk)
        one.refresh_from_db()
        assert one.status == Import.Status.RUNNING
        Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    rung: list[int] = []
    importing.resume_stale(rung.append)
    for import_id in rung:
        importing.run(import_id)
    assert aftermath.everything(readers) == expected
