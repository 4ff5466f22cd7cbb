"""A worker killed by `kill -9` anywhere in undoing: the end is that of an undisturbed one."""

import pytest

from campaigns.audience.imports import importing, undoing
from campaigns.audience.models import Import, List
from tests.audience import aftermath, doomed_import
from tests.audience.files import make_import

pytestmark = pytest.mark.django_db(transaction=True)

FILE = aftermath.file(500)
MOMENTS = [
    ("imports.undoing._restore", 1, "after"),
    ("imports.undoing._take_back", 1, "before"),
    ("statements.run", 3, "after"),
    ("imports.undoing._remove", 1, "before"),
    ("imports.undoing._untouched", 2, "after"),
    ("imports.undoing._remove", 3, "after"),
    ("imports.undoing._end", 1, "after"),
]


def imported() -> tuple[List, Import]:
    readers = aftermath.make_world()
    one = make_import(readers, FILE)
    importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert undoing.start(one)
    return readers, one


@pytest.fixture
def undisturbed():
    readers, one = imported()
    undoing.run(one.pk)
    return aftermath.everything(readers)


@pytest.mark.parametrize(("place", "call", "moment"), MOMENTS)
def test_killed_and_resumed_gives_the_same(undisturbed, place, call, moment):
    readers, one = imported()
    doomed_import.run("imports.undoing.run", one.pk, place, call, moment)
    one.refresh_from_db()
    assert one.status == Import.Status.UNDOING
    rung: list[int] = []
    undoing.resume(rung.append)
    assert rung == [one.pk]
    undoing.run(one.pk)
    assert aftermath.everything(readers) == undisturbed
    assert sorted(readers.workspace.contacts.values_list("email", "first_name")) == [
        ("known@example.com", "Old name"),
        ("left@example.com", ""),
    ]
