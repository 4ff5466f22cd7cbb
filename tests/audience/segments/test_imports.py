"""Segments of people by the file they came with."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience.imports import undoing
from campaigns.audience.models import Import
from campaigns.audience.segments import choices, compiling, sentences
from campaigns.audience.segments.conditions.imports import IMPORT
from tests import world
from tests.audience.files import import_file, make_import

# Each import has a moment of its own only in transactions of their own.
pytestmark = pytest.mark.django_db(transaction=True)


def emails(workspace, how, **values):
    raw = {"match": "all", "of": [{"what": "import", "how": how, **values}]}
    found = compiling.people(workspace, compiling.read(raw))
    return set(found.values_list("email", flat=True))


@pytest.fixture
def imports(workspace):
    """Ann was here before; one file names her and Bob, another Bob and Cy."""
    on = world.make_list(workspace)
    world.make_contact(workspace, email="ann@example.com")
    first = import_file(on, b"email\nann@example.com\nbob@example.com\n")
    return first, import_file(on, b"email\nbob@example.com\ncy@example.com\n")


def test_people_come_by_the_import_that_first_named_them(workspace, imports):
    first, second = (one.pk for one in imports)
    assert emails(workspace, "by", **{"import": first}) == {"bob@example.com"}
    assert emails(workspace, "by", **{"import": second}) == {"cy@example.com"}
    assert emails(workspace, "not_by", **{"import": second}) == {
        "ann@example.com",
        "bob@example.com",
    }


def test_people_come_by_any_or_by_none(workspace, imports):
    assert emails(workspace, "any") == {"bob@example.com", "cy@example.com"}
    assert emails(workspace, "none") == {"ann@example.com"}


def test_an_import_puts_people_on_its_list_who_were_contacts_before(workspace, imports):
    first, second = (one.pk for one in imports)
    assert emails(workspace, "listed", **{"import": first}) == {
        "ann@example.com",
        "bob@example.com",
    }
    assert emails(workspace, "listed", **{"import": second}) == {"cy@example.com"}


def test_who_stays_when_an_import_is_undone_still_came_by_it(workspace, imports):
    second = imports[1]
    cy = workspace.contacts.get(email="cy@example.com")
    cy.first_name = "Cy"
    cy.save(update_fields=["first_name", "updated_at"])
    undoing.start(second)
    undoing.run(second.pk)
    assert emails(workspace, "by", **{"import": second.pk}) == {"cy@example.com"}


def test_the_builder_offers_imports_whose_people_appeared(workspace, imports):
    make_import(imports[0].list, b"email\ndee@example.com\n")
    offered = choices.of(workspace.pk, IMPORT)
    assert {value for value, _label in offered} == {str(one.pk) for one in imports}
    assert all(label.startswith("people.csv, ") for _value, label in offered)


def test_an_import_is_called_by_the_clock_of_its_workspace_whoever_asks(workspace, imports):
    """Tokyo is nine hours ahead: whoever asks there at night is told tomorrow's date."""
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Asia/Tokyo")
    Import.objects.filter(pk=imports[0].pk).update(merged_at=datetime(2026, 11, 20, 18, tzinfo=UTC))
    raw = {"match": "all", "of": [{"what": "import", "how": "by", "import": imports[0].pk}]}
    called = "people.csv, 21 Nov 2026, 03:00"
    for zone in ("UTC", "America/New_York"):
        with timezone.override(zone):
            assert called in sentences.of(workspace.pk, compiling.read(raw))
            assert called in [label for _value, label in choices.of(workspace.pk, IMPORT)]


def test_an_import_of_others_is_gone_for_us(workspace, imports):
    other = world.make_workspace()
    world.make_contact(other)
    raw = {"match": "none", "of": [{"what": "import", "how": "by", "import": imports[0].pk}]}
    question = compiling.read(raw)
    assert compiling.gone(other, question)
    assert not compiling.people(other, question)
    assert "“(deleted)”" in sentences.of(other.pk, question)


def test_a_question_about_an_import_is_said_with_its_file(workspace, imports):
    raw = {"match": "all", "of": [{"what": "import", "how": "by", "import": imports[0].pk}]}
    said = sentences.of(workspace.pk, compiling.read(raw))
    assert said.startswith("People who came by the import “people.csv, ")
