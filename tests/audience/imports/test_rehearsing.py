"""Trying an import says what it would do, and does nothing; cancelling stops it before it does."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import suppression
from campaigns.audience.imports import importing, staging, tidying
from campaigns.audience.models import (
    ConsentEntry,
    Import,
    ImportBefore,
    Subscription,
    Suppression,
    Tag,
)
from tests import world
from tests.audience.files import import_file, make_import

FILE = (
    b"email,first name,tags,tracking\n"
    b"new@example.com,New,a,yes\nknown@example.com,Other,,\nsame@example.com,Same,,\n"
    b"left@example.com,,,\nstopped@example.com,,,\nbroken,,,\n"
)
COUNTS = (
    *("contacts_created", "contacts_updated", "contacts_unchanged", "subscriptions_created"),
    *("kept_unsubscribed", "kept_suppressed", "tagged", "consents_recorded", "rejected"),
)


@pytest.fixture
def readers(workspace):
    readers = world.make_list(workspace, name="Readers")
    world.make_contact(workspace, email="known@example.com", first_name="Known")
    world.make_contact(workspace, email="same@example.com", first_name="Same")
    left = world.make_contact(workspace, on=readers, email="left@example.com")
    Subscription.objects.filter(contact=left).end()
    stopped = world.make_contact(workspace, email="stopped@example.com")
    suppression.suppress(workspace.pk, [stopped.fingerprint], Suppression.Reason.COMPLAINT)
    return readers


def rehearse(readers) -> Import:
    one = make_import(readers, FILE)
    assert importing.start(one, rehearse=True)
    importing.run(one.pk)
    one.refresh_from_db()
    return one


def everything(workspace):
    return (
        list(workspace.contacts.order_by("pk").values()),
        list(Subscription.objects.order_by("pk").values()),
        ConsentEntry.objects.count(),
        Tag.objects.count(),
        ImportBefore.objects.count(),
        workspace.contact_fields.count(),
    )


def test_a_trial_tells_all_and_changes_nothing(workspace, readers):
    before = everything(workspace)
    one = rehearse(readers)
    assert one.status == Import.Status.REHEARSED
    assert [getattr(one, name) for name in COUNTS] == [1, 1, 2, 3, 1, 1, 1, 1, 1]
    assert everything(workspace) == before
    assert one.remarks.get().cells[0] == "broken"


def test_what_was_tried_is_what_happens(workspace, readers):
    tried = rehearse(readers)
    assert importing.start(tried)
    importing.run(tried.pk)
    done = Import.objects.get(pk=tried.pk)
    assert done.status == Import.Status.DONE
    assert [getattr(done, name) for name in COUNTS] == [getattr(tried, name) for name in COUNTS]
    assert workspace.contacts.get(email="known@example.com").first_name == "Other"
    assert staging.count(tried.pk) is None and not done.file


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (
            "overwrite",
            [
                ("known@example.com", "First name", "Known", "Other"),
                ("known@example.com", "Last name", "", "Doe"),
                ("known@example.com", "City", "", "Lima"),
                ("known@example.com", "Since", "3 May 2020", "1 Feb 2026"),
                ("same@example.com", "City", "Oslo", "Rome"),
            ],
        ),
        (
            "fill",
            [
                ("known@example.com", "Last name", "", "Doe"),
                ("known@example.com", "City", "", "Lima"),
            ],
        ),
        ("skip", []),
    ],
)
def test_a_trial_shows_what_would_change(alice, workspace, readers, known, told):
    """Not of whom it leaves alone: who is not mailed, and who comes twice."""
    workspace.contact_fields.create(key="since", label="Since", kind="date")
    for name, own in (("known", {"since": "2020-05-03"}), ("same", {"city": "Oslo"})):
        workspace.contacts.filter(email=f"{name}@example.com").update(fields=own)
    content = (
        b"email,first name,last name,City,since\nnew@example.com,New,,Lima,\n"
        b"known@example.com,Other,Doe,Lima,2026-02-01\nsame@example.com,Same,,Rome,\n"
        b"known@example.com,Third,,,\nstopped@example.com,Stopped,,,\n"
    )
    one = make_import(readers, content, known=known)
    importing.start(one, rehearse=True)
    importing.run(one.pk)
    page = alice.get(reverse("audience:import", args=[one.pk]))
    assert [
        (changed.contact.email, change.label, change.before, change.after)
        for changed in page.context["foreseen"]
        for change in changed.changes
    ] == told
    assert ("What would change of contacts" in page.text) == bool(told)
    importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert one.contacts_updated == len({email for email, *_rest in told})
    assert not alice.get(reverse("audience:import", args=[one.pk])).context["foreseen"]


def test_a_trial_can_be_taken_back_to_its_columns(readers):
    one = rehearse(readers)
    assert importing.take_back(one) and not importing.take_back(one)
    one.refresh_from_db()
    assert (one.status, one.rows_read, one.remarks.count()) == ("uploaded", 0, 0)
    assert staging.count(one.pk) is None and default_storage.exists(str(one.file.name))


def test_tidying_leaves_a_trial_alone_for_a_week(readers):
    one = rehearse(readers)
    tidying.tidy()
    assert staging.count(one.pk) == 5
    Import.objects.update(created_at=timezone.now() - 2 * tidying.UPLOADS_KEPT)
    tidying.tidy()
    assert staging.count(one.pk) is None and not Import.objects.exists()


def test_a_queued_import_is_cancelled_with_its_file(workspace, readers):
    one = make_import(readers, FILE)
    name = str(one.file.name)
    importing.start(one)
    assert importing.cancel(one) and not importing.cancel(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert one.status == Import.Status.CANCELLED and not default_storage.exists(name)
    assert not workspace.contacts.filter(email="new@example.com").exists()


def test_a_running_import_stops_at_its_next_chunk(workspace, readers, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    real, calls = importing._stage_chunk, []

    def cancelled_meanwhile(one, *args):
        calls.append(one.pk)
        if len(calls) == 2:
            assert importing.cancel(one)
        real(one, *args)

    monkeypatch.setattr(importing, "_stage_chunk", cancelled_meanwhile)
    one = import_file(readers, FILE)
    assert (one.status, len(calls)) == (Import.Status.CANCELLED, 2)
    assert staging.count(one.pk) is None and not one.file and not one.remarks.exists()
    assert not workspace.contacts.filter(email="new@example.com").exists()


def test_what_is_done_cannot_be_cancelled(readers):
    one = import_file(readers, FILE)
    assert not importing.cancel(one) and one.status == Import.Status.DONE


@pytest.mark.parametrize(
    ("known", "name", "fields"),
    [
        ("overwrite", "Other", {"a": "2", "b": "3"}),
        ("fill", "Known", {"a": "1", "b": "3"}),
        ("skip", "Known", {"a": "1"}),
    ],
)
def test_what_becomes_of_known_people(workspace, readers, known, name, fields):
    contact = workspace.contacts.get(email="known@example.com")
    contact.fields = {"a": "1"}
    contact.save(update_fields=["fields"])
    import_file(
        readers,
        b"email,first name,last name,a,b\nknown@example.com,Other,Last,2,3\n",
        known=known,
    )
    contact.refresh_from_db()
    assert (contact.first_name, contact.fields) == (name, fields)
    assert contact.last_name == ("" if known == "skip" else "Last")
    # Whatever becomes of what we know of them, they are put on the list.
    assert contact.subscriptions.get().status == "subscribed"


def test_typed_fields_keep_typed_values_and_say_what_they_are_not(workspace, readers):
    workspace.contact_fields.create(key="age", label="Age", kind="number")
    one = import_file(
        readers,
        b"email,age,since,paid\nx@example.com,41,1 May 2024,yes\ny@example.com,old,2024-05-01,\n",
        kinds={"since": "date", "paid": "yes_no"},
    )
    found = dict(workspace.contacts.filter(email__startswith="x@").values_list("email", "fields"))
    assert found == {"x@example.com": {"age": 41, "since": "2024-05-01", "paid": True}}
    assert workspace.contacts.get(email="y@example.com").fields == {"since": "2024-05-01"}
    assert "“old” is no number" in one.remarks.get().reason
    assert workspace.contact_fields.get(key="since").kind == "date"


def test_tags_of_the_file_and_of_the_import_are_put_once(workspace, readers):
    workspace.tags.create(name="VIP")
    one = import_file(
        readers,
        b'email,tags\nx@example.com,"vip, New , new"\ny@example.com,\n',
        tags=["Spring", "spring"],
    )
    names = {
        contact.email: sorted(contact.taggings.values_list("tag__name", flat=True))
        for contact in workspace.contacts.filter(email__in=["x@example.com", "y@example.com"])
    }
    assert names == {"x@example.com": ["New", "Spring", "VIP"], "y@example.com": ["Spring"]}
    assert (one.tagged, workspace.tags.count()) == (4, 3)


def test_a_proof_column_is_kept_with_each_subscription(workspace, readers):
    import_file(
        readers,
        b"email,optin proof\nx@example.com,Form of 1 May 2024\ny@example.com,\n",
        basis_note="Our shop",
    )
    notes = Subscription.objects.filter(contact__email__in=["x@example.com", "y@example.com"])
    assert dict(notes.values_list("contact__email", "basis_note")) == {
        "x@example.com": "Form of 1 May 2024",
        "y@example.com": "Our shop",
    }
