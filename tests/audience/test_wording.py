"""People are found by their words: noted with each contact, or right after a large import."""

import pytest

from campaigns.audience import forgetting, tasks, wording
from campaigns.audience.imports import importing, merging
from campaigns.audience.models import Contact, Unworded, Wording
from tests import world
from tests.audience.files import import_file, make_import

FILE = b"email,first name,city\n" + b"".join(
    b"new%d@example.com,Ann%d,Delft\n" % (n, n) for n in range(12)
)


@pytest.fixture
def large(monkeypatch):
    """Let any import be a large one."""
    monkeypatch.setattr(merging, "_MANY", 0)
    monkeypatch.setattr(wording, "STEP", 5)


def found(workspace, text):
    return sorted(workspace.contacts.matching(text).values_list("email", flat=True))


def test_words_come_change_and_go_with_the_person(workspace):
    ann = world.make_contact(workspace, email="ann@example.com", first_name="Ann")
    assert found(workspace, "ann") == ["ann@example.com"]
    ann.fields = {"city": "Delft"}
    ann.save(update_fields=["fields"])
    assert found(workspace, "delft") == ["ann@example.com"]
    Contact.objects.filter(pk=ann.pk).update(fields={}, first_name="Zoe")
    assert found(workspace, "delft") == [] and found(workspace, "zoe") == ["ann@example.com"]
    forgetting.forget([ann.pk])
    assert not Wording.objects.exists()


def test_a_small_import_leaves_nothing_to_do(workspace):
    import_file(world.make_list(workspace), FILE)
    assert not wording.is_waiting() and Wording.objects.count() == 12


@pytest.mark.usefixtures("large")
def test_people_of_a_large_import_are_found_before_and_after_their_words_are_noted(workspace):
    world.make_contact(workspace, email="old@example.com", first_name="Ann")
    world.make_contact(world.make_workspace(), email="theirs@example.com", first_name="Ann")
    import_file(world.make_list(workspace), FILE)
    everybody = sorted(["old@example.com", *(f"new{n}@example.com" for n in range(12))])
    assert Wording.objects.count() == 2
    assert found(workspace, "ann") == everybody
    assert found(workspace, "ann7 delft") == ["new7@example.com"]
    assert wording.note_waiting() == 3
    assert not wording.is_waiting() and Wording.objects.count() == 14
    assert found(workspace, "ann") == everybody
    assert found(workspace, "ann7 delft") == ["new7@example.com"]
    assert wording.note_waiting() == 0


@pytest.mark.usefixtures("large")
def test_who_changes_or_goes_before_that_is_found_as_they_are(workspace):
    import_file(world.make_list(workspace), FILE)
    changed, gone = workspace.contacts.order_by("email")[:2]
    changed.first_name = "Quentin"
    changed.save(update_fields=["first_name"])
    forgetting.forget([gone.pk])
    for _time in range(2):
        assert found(workspace, "quentin") == [changed.email]
        assert found(workspace, gone.email) == []
        assert changed.email not in found(workspace, "ann")
        wording.note_waiting()
    assert Wording.objects.count() == 11


@pytest.mark.usefixtures("large")
def test_noting_goes_on_where_it_stopped(workspace):
    import_file(world.make_list(workspace), FILE)
    assert wording._note_some()
    assert Wording.objects.count() == 5
    assert wording.note_waiting() == 2
    assert Wording.objects.count() == 12 and not Unworded.objects.exists()


@pytest.mark.usefixtures("large")
def test_the_beat_rings_for_it(workspace, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(tasks.note_words, "delay", lambda: rung.append(1))
    tasks.resume_imports()
    assert rung == []
    import_file(world.make_list(workspace), FILE)
    tasks.resume_imports()
    assert rung == [1]
    tasks.note_words()
    tasks.resume_imports()
    assert rung == [1]


@pytest.mark.usefixtures("large")
@pytest.mark.django_db(transaction=True)
def test_words_of_a_rehearsal_are_gone_with_it(workspace):
    one = make_import(world.make_list(workspace), FILE)
    importing.start(one, rehearse=True)
    importing.run(one.pk)
    one.refresh_from_db()
    assert one.contacts_created == 12
    assert not wording.is_waiting() and not Wording.objects.exists()
