"""Undoing an import: people are as before, and nothing is taken from whom something happened to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import (
    consent,
    moving,
    pausing,
    subscribing,
    suppression,
    tasks,
    unsubscribing,
)
from campaigns.audience.imports import undoing
from campaigns.audience.models import (
    Contact,
    Import,
    ImportBefore,
    Subscription,
    Suppression,
    Tag,
    Tagging,
    Unsubscription,
)
from tests import world
from tests.audience.files import import_file
from tests.sending import stage
from tests.turns import beside

FILE = (
    b"email,first name,city,status,tags\n"
    b"known@example.com,Other,Delft,active,vip\nsame@example.com,,,active,\n"
    b"on@example.com,,,unsubscribed,\ndead@example.com,,,bounced,\n"
    + b"".join(b"new%d@example.com,New,Delft,active,vip\n" % n for n in range(5))
)


@pytest.fixture
def readers(workspace):
    readers = world.make_list(workspace, name="Readers")
    world.make_contact(
        workspace,
        email="known@example.com",
        first_name="Known",
        country="NL",
        fields={"city": "Leiden"},
    )
    world.make_contact(workspace, on=readers, email="same@example.com")
    world.make_contact(workspace, on=readers, email="on@example.com")
    return readers


def make_tag(workspace, name):
    return Tag.objects.create(workspace=workspace, name=name)


def state(workspace):
    names = ("email", "first_name", "last_name", "country", "fields", "measuring", "created_at")
    return {
        "contacts": list(workspace.contacts.order_by("pk").values_list("pk", *names)),
        "subscriptions": list(Subscription.objects.order_by("pk").values()),
        "gone": list(Suppression.objects.values()) + list(Unsubscription.objects.values()),
        "tags": list(Tag.objects.values_list("name", "taggings")),
    }


@pytest.mark.django_db
def test_who_chose_a_pause_or_another_address_since_stays(workspace):
    file = b"email\nann@example.com\nben@example.com\ncara@example.com\n"
    one = import_file(world.make_list(workspace), file)
    ann, ben, _cara = workspace.contacts.order_by("pk")
    pausing.pause(ann, 30)
    moving.move(ben, "ben@new.example")
    undoing.start(one)
    undoing.run(one.pk)
    left = workspace.contacts.order_by("pk").values_list("email", flat=True)
    assert list(left) == ["ann@example.com", "ben@new.example"]


@pytest.mark.django_db(transaction=True)
def test_who_is_joining_another_list_at_that_moment_stays(workspace):
    """Whoever puts somebody on a list holds them meanwhile."""
    one = import_file(world.make_list(workspace), b"email\nann@example.com\nben@example.com\n")
    ann, _ben = workspace.contacts.order_by("pk")
    friends = world.make_list(workspace)
    assert undoing.start(one)
    # The last steps are about the people themselves.
    for step in (undoing._restore, undoing._take_back):
        while undoing._in_step(one.pk, step):
            pass
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            subscribing.join(ann, friends, subscribing.Basis("consent", "At the fair"))
            begun = beside(pool, lambda: undoing.run(one.pk))
            assert not begun.done()
        begun.result()
    one.refresh_from_db()
    assert (one.status, one.undone["removed"], one.undone["stayed"]) == ("undone", 1, 1)
    assert list(workspace.contacts.all()) == [ann]


def undo(one: Import) -> dict[str, int]:
    assert undoing.start(one) and not undoing.start(one)
    undoing.run(one.pk)
    one.refresh_from_db()
    assert one.status == Import.Status.UNDONE
    return {name: number for name, number in one.undone.items() if number}


@pytest.fixture(params=[2, 2000], ids=["in steps", "at once"])
def step(request, monkeypatch):
    monkeypatch.setattr(undoing, "STEP", request.param)


@pytest.mark.usefixtures("step")
def test_everything_is_as_before(workspace, readers):
    before = state(workspace)
    one = import_file(readers, FILE)
    assert state(workspace) != before
    assert undo(one) == {"removed": 5, "restored": 1}
    assert state(workspace) == before
    assert not ImportBefore.objects.exists()


@pytest.mark.usefixtures("step")
def test_who_did_or_got_something_since_stays(workspace, readers):
    elsewhere = world.make_list(workspace)
    one = import_file(readers, FILE)
    people = {c.email.partition("@")[0]: c for c in workspace.contacts.all()}
    campaign = world.make_campaign(workspace, lists=[readers])
    stage.make_delivery(campaign, people["new0"])
    unsubscribing.unsubscribe_from(people["new1"], [readers], "page")
    consent.grant(people["new2"], consent.Evidence("preferences"))
    Subscription.objects.create(workspace=workspace, list=elsewhere, contact=people["new3"])
    people["known"].first_name = "Changed since"
    people["known"].save(update_fields=["first_name", "updated_at"])

    assert undo(one) == {"removed": 1, "stayed": 4, "changed_since": 1}
    left = set(workspace.contacts.values_list("email", flat=True))
    assert {f"new{n}@example.com" for n in range(4)} <= left and "new4@example.com" not in left
    people["known"].refresh_from_db()
    assert people["known"].first_name == "Changed since"
    assert people["known"].fields == {"city": "Delft"}
    # They are off the list; who left it by themselves is known to have.
    on = readers.subscriptions.values_list("contact__email", "status")
    assert dict(on) == {
        "same@example.com": "subscribed",
        "on@example.com": "subscribed",
        "new1@example.com": "unsubscribed",
    }


def test_tags_of_other_people_stay_as_they_are(workspace, readers):
    same = workspace.contacts.get(email="same@example.com")
    Tagging.objects.create(workspace=workspace, tag=make_tag(workspace, "old"), contact=same)
    one = import_file(readers, FILE)
    vip = Tag.objects.get(name="vip")
    Tagging.objects.create(workspace=workspace, tag=vip, contact=same)
    assert undo(one) == {"removed": 5, "restored": 1}
    assert sorted(same.taggings.values_list("tag__name", flat=True)) == ["old", "vip"]


def test_who_got_a_tag_since_stays(workspace, readers):
    old = make_tag(workspace, "old")
    one = import_file(readers, b"email\nann@example.com\nbob@example.com\n")
    ann = workspace.contacts.get(email="ann@example.com")
    Tagging.objects.create(workspace=workspace, tag=old, contact=ann)
    assert undo(one) == {"removed": 1, "stayed": 1}
    assert Tagging.objects.get().contact == ann


def test_whom_a_member_has_written_of_since_stays(workspace, readers):
    one = import_file(readers, b"email\nann@example.com\nbob@example.com\n")
    ann = workspace.contacts.get(email="ann@example.com")
    ann.first_name = "Ann"
    ann.save(update_fields=["first_name", "updated_at"])
    assert undo(one) == {"removed": 1, "stayed": 1}
    assert workspace.contacts.filter(pk=ann.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_who_left_by_an_earlier_file_has_still_left(workspace):
    readers = world.make_list(workspace)
    import_file(readers, b"email,status\nann@example.com,unsubscribed\n")
    assert undo(import_file(readers, b"email,status\nbob@example.com,unsubscribed\n"))
    assert Unsubscription.objects.get().contact == workspace.contacts.get(email="ann@example.com")


def test_answers_in_the_ledger_stay_and_are_counted(workspace, readers):
    one = import_file(readers, b"email,tracking\nknown@example.com,yes\nnew@example.com,yes\n")
    assert undo(one) == {"removed": 1, "answers": 1}
    lines = workspace.contacts.get(email="known@example.com").consent_entries.order_by("pk")
    assert set(lines.values_list("purpose", "state")) == {
        ("both", "granted"),
        ("mail", "granted"),
        ("mail", "withdrawn"),
    }


def test_another_import_of_the_same_people_stays(workspace, readers):
    other = world.make_list(workspace)
    first = import_file(readers, b"email,first name\na@example.com,A\nb@example.com,B\n")
    import_file(other, b"email,first name\na@example.com,Anew\n")
    assert undo(first) == {"removed": 1, "stayed": 1}
    assert workspace.contacts.get(email="a@example.com").first_name == "Anew"


def test_an_interrupted_undoing_goes_on(workspace, readers, monkeypatch):
    before = state(workspace)
    monkeypatch.setattr(undoing, "STEP", 2)
    one = import_file(readers, FILE)
    undoing.start(one)
    real, calls = undoing._remove, []

    def dying(found):
        calls.append(found.pk)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(found)

    monkeypatch.setattr(undoing, "_remove", dying)
    with pytest.raises(KeyboardInterrupt):
        undoing.run(one.pk)
    rung: list[int] = []
    assert undoing.resume(rung.append) == 1 and rung == [one.pk]
    monkeypatch.setattr(undoing, "_remove", real)
    undoing.run(one.pk)
    one.refresh_from_db()
    assert (one.status, one.undone["removed"], one.undone["restored"]) == ("undone", 5, 1)
    assert state(workspace) == before


def test_long_ago_is_not_undone(readers):
    one = import_file(readers, b"email\na@example.com\n")
    one.merged_at = timezone.now() - undoing.KEPT - timedelta(days=1)
    assert not undoing.start(one)


def test_other_workspaces_and_lists_stay(readers):
    elsewhere = world.make_list(world.make_workspace())
    theirs = import_file(elsewhere, FILE)
    ours = import_file(readers, FILE)
    Contact.objects.filter(workspace=elsewhere.workspace).update(created_at=ours.merged_at)
    undo(ours)
    theirs.refresh_from_db()
    assert elsewhere.workspace.contacts.count() == theirs.contacts_created
    assert suppression.find(elsewhere.workspace_id, "dead@example.com") is not None


def test_the_page_says_what_it_means_and_begins_it(alice, workspace, readers, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(tasks.undo_import, "delay", rung.append)
    one = import_file(readers, FILE)
    address = reverse("audience:undo_import", args=[one.pk])
    assert address in alice.get(reverse("audience:import", args=[one.pk])).content.decode()
    page = alice.get(address).content.decode()
    assert "5 people whom it brought are removed" in page
    assert alice.post(address).status_code == 302 and rung == [one.pk]
    undoing.run(one.pk)
    shown = alice.get(reverse("audience:import", args=[one.pk])).content.decode()
    assert "5 people whom it brought are removed" in shown and address not in shown
    assert alice.get(address).status_code == 302
