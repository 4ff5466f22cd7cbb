"""Which people an import brought or changed."""

import pytest

from campaigns.audience.imports import arriving, undoing
from tests import world
from tests.audience.files import import_file, make_import

# An import is known by the moment of its transaction, so each needs one of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def emails(found):
    return sorted(contact.email for contact in found)


def test_an_import_knows_whom_it_brought_and_whom_it_changed(workspace):
    readers = world.make_list(workspace)
    known = world.make_contact(workspace, email="known@example.com", first_name="Old")
    world.make_contact(workspace, on=readers, email="same@example.com", first_name="Same")
    file = b"email,first name\nnew@example.com,New\nknown@example.com,K\nsame@example.com,Same\n"
    one = import_file(readers, file)
    other = import_file(readers, b"email\nother@example.com\n")

    people = workspace.contacts.all()
    mine = arriving.imports(workspace.pk).filter(pk=one.pk)
    assert emails(people.filter(arriving.brought_by(mine))) == ["new@example.com"]
    assert emails(people.filter(arriving.put_on_list_by(mine))) == [
        "known@example.com",
        "new@example.com",
    ]
    assert list(arriving.imports(workspace.pk)) == [other, one]
    assert arriving.origin(known) is None
    assert list(arriving.changes(known)) == [one]
    assert arriving.origin(people.get(email="new@example.com")) == one


def test_nobody_came_by_an_import_that_is_not_over_or_of_another_workspace(workspace):
    readers = world.make_list(workspace)
    world.make_contact(workspace)
    waiting = make_import(readers, b"email\nnew@example.com\n")
    elsewhere = world.make_list(world.make_workspace())
    theirs = import_file(elsewhere, b"email\nnew@example.com\n")
    for import_id in (waiting.pk, theirs.pk):
        for asked in (arriving.brought_by, arriving.put_on_list_by):
            mine = arriving.imports(workspace.pk).filter(pk=import_id)
            assert not workspace.contacts.filter(asked(mine)).exists()
    assert not arriving.imports(workspace.pk).exists()


def test_who_stayed_when_an_import_was_undone_came_by_it_still(workspace):
    readers = world.make_list(workspace)
    elsewhere = world.make_list(workspace)
    one = import_file(readers, b"email\nnew@example.com\nstays@example.com\n")
    import_file(elsewhere, b"email\nstays@example.com\n")
    assert undoing.start(one)
    undoing.run(one.pk)
    came = workspace.contacts.filter(
        arriving.brought_by(arriving.imports(workspace.pk).filter(pk=one.pk))
    )
    assert emails(came) == ["stays@example.com"]
