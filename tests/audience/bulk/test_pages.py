"""Members tick contacts, read what would happen, confirm it, and undo it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.audience import consent
from campaigns.audience.bulk import people
from campaigns.audience.models import BulkEdit, BulkEditPerson, Change, Segment
from tests import world
from tests.audience.bulk.edits import begun


def test_the_pages_lead_from_ticking_to_undoing(alice, workspace, crowd):
    page = alice.get(reverse("audience:contacts"))
    assert page.text.count('name="person"') == 5
    chosen = alice.post(
        reverse("audience:choose_people"), {"person": [crowd[0].pk, crowd[1].pk, 0, "x"]}
    )
    edit = BulkEdit.objects.get()
    assert chosen.url == reverse("audience:bulk_edit", args=[edit.pk]) and edit.people == 2
    form = {"action": "set_field", "field": "country", "value": "France"}
    confirm = alice.post(chosen.url, form, follow=True)
    assert "Set “Country” to “FR”" in confirm.text
    assert "2 contacts change" in confirm.text and "of the 2 that you chose" in confirm.text
    assert not Change.objects.exists()
    done = alice.post(reverse("audience:begin_bulk_edit", args=[edit.pk]), follow=True)
    assert "2 contacts are changed." in done.text
    entry = workspace.audit.get()
    assert (entry.action, entry.details["people"]) == ("bulk_edit_begun", 2)
    assert "Set “Country” to “FR”" in alice.get(reverse("audience:bulk_edits")).text
    undo = reverse("audience:undo_bulk_edit", args=[edit.pk])
    assert "2 contacts get back what was there" in alice.get(undo).text
    assert "2 of 2 are as before" in alice.post(undo, follow=True).text
    assert set(workspace.contacts.values_list("country", flat=True)) == {"NL", "BE"}


@pytest.mark.usefixtures("crowd")
def test_everybody_who_matches_is_whom_the_filter_finds(alice, workspace):
    vip = workspace.tags.create(name="vip")
    tagged = workspace.contacts.filter(country="NL")
    for contact in tagged:
        contact.taggings.create(workspace=workspace, tag=vip)
    alice.post(reverse("audience:choose_people") + f"?tag={vip.pk}", {"everybody": "1"})
    chosen = BulkEditPerson.objects.values_list("contact_id", flat=True)
    assert set(chosen) == set(tagged.values_list("pk", flat=True))


@pytest.mark.parametrize("asked", ["segment={}", "list={}", "did=opened&campaign={}", "list=x"])
def test_who_asks_for_what_was_deleted_meanwhile_changes_and_sees_nobody(alice, workspace, asked):
    world.make_contact(workspace, email="ann@example.com")
    theirs = world.make_workspace()
    segment = Segment.objects.create(workspace=theirs, name="All", question={"match": "all"})
    gone = max(segment.pk, world.make_list(theirs).pk, world.make_campaign(theirs).pk) + 1
    query = f"?{asked.format(gone)}"
    alice.post(reverse("audience:choose_people") + query, {"everybody": "1"})
    assert not BulkEdit.objects.exists()
    assert b"ann@" not in b"".join(alice.get(reverse("audience:export_contacts") + query))
    page = alice.get(reverse("audience:contacts") + query)
    assert not page.context["page"] and "is gone, so nobody is shown" in page.text


@pytest.mark.parametrize("ticked", [{}, {"person": ["x"]}, {"everybody": "1"}])
def test_who_chooses_nobody_is_told_so(alice, workspace, crowd, ticked):
    """Nothing is ticked, or the segment of the page asks for a list that is gone."""
    asked = {"match": "all", "of": [{"what": "list", "how": "not_on", "list": 9}]}
    broken = Segment.objects.create(workspace=workspace, name="Not on it", question=asked)
    address = reverse("audience:choose_people") + f"?segment={broken.pk}"
    assert "Nobody is chosen" in alice.post(address, ticked, follow=True).text
    assert not BulkEdit.objects.exists()


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, "action"),
        ({"action": "set_field", "field": "country", "value": "Narnia"}, "value"),
        ({"action": "set_field", "field": "password", "value": "x"}, "field"),
        ({"action": "add_tags", "new_tags": ""}, "new_tags"),
        ({"action": "add_tags", "new_tags": "a;b"}, "new_tags"),
        ({"action": "remove_tags"}, "old_tags"),
        ({"action": "subscribe", "onto": "", "basis": "consent"}, "onto"),
        ({"action": "subscribe", "onto": "LIST"}, "basis"),
        ({"action": "subscribe", "onto": "LIST", "basis": "other"}, "basis_note"),
        ({"action": "unsubscribe", "off": "0"}, "off"),
    ],
)
@pytest.mark.usefixtures("crowd")
def test_what_makes_no_sense_is_said_and_changes_nothing(alice, workspace, member, form, wrong):
    readers = world.make_list(workspace)
    edit = people.choose(workspace, member, workspace.contacts.all())
    form = {name: str(readers.pk) if text == "LIST" else text for name, text in form.items()}
    response = alice.post(reverse("audience:bulk_edit", args=[edit.pk]), form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    edit.refresh_from_db()
    assert (edit.action, edit.status) == ("", "chosen")


def test_any_of_thousands_of_tags_can_be_taken_off(alice, workspace, member, crowd):
    tag = workspace.tags.model
    tags = [tag(workspace=workspace, name=f"tag {number:04}") for number in range(2_000)]
    last = tag.objects.bulk_create(tags)[-1]
    edit = people.choose(workspace, member, workspace.contacts.all())
    page = alice.get(reverse("audience:bulk_edit", args=[edit.pk])).text
    assert page.count('type="checkbox" name="old_tags"') == 2_000
    form = {"action": "remove_tags", "old_tags": [last.pk]}
    answer = alice.post(reverse("audience:bulk_edit", args=[edit.pk]), form, follow=True)
    assert "tag 1999" in answer.text


def test_deleting_asks_for_the_number(alice, workspace, member, crowd):
    edit = people.choose(workspace, member, workspace.contacts.all())
    alice.post(reverse("audience:bulk_edit", args=[edit.pk]), {"action": "erase"})
    begin = reverse("audience:begin_bulk_edit", args=[edit.pk])
    assert "This cannot be undone." in alice.get(begin).text
    assert alice.post(begin, {"people": "4"}).status_code == 422
    assert workspace.contacts.count() == 5
    alice.post(begin, {"people": "5"})
    assert not workspace.contacts.exists()


@pytest.mark.parametrize(("role", "may"), [("reader", False), ("marketer", True), ("owner", True)])
def test_who_may_change_many(client, workspace, member, crowd, role, may):
    edit = begun(workspace, member, "set_field", field="country", value="FR")
    client.force_login(world.make_member(workspace, role=role))
    page = client.get(reverse("audience:contacts")).text
    assert ("Change all contacts" in page) is may and ('name="person"' in page) is may
    choose = client.post(reverse("audience:choose_people"), {"everybody": "1"})
    assert choose.status_code == (302 if may else 403)
    done = client.get(reverse("audience:bulk_edit", args=[edit.pk]))
    assert done.status_code == 200 and ("Undo this change" in done.text) is may
    undo = client.post(reverse("audience:undo_bulk_edit", args=[edit.pk]))
    assert undo.status_code == (302 if may else 403)


def test_consent_that_was_refused_is_counted_before(workspace, member, crowd, alice):
    evidence = consent.Evidence("member")
    consent.refuse(crowd[0], evidence)
    edit = people.choose(workspace, member, workspace.contacts.all())
    page = alice.post(
        reverse("audience:bulk_edit", args=[edit.pk]), {"action": "stop_measuring"}, follow=True
    )
    assert "4 contacts change" in page.text


def test_the_page_asks_as_often_for_many_edits_as_for_one_of_each_kind(
    alice, workspace, member, crowd
):
    workspace.contact_fields.create(key="company", label="Company")
    tag, readers = workspace.tags.create(name="vip"), world.make_list(workspace, name="Readers")

    def page():
        with CaptureQueriesContext(connection) as asked:
            text = alice.get(reverse("audience:bulk_edits")).text
        return len(asked), text

    def edit_all():
        begun(workspace, member, "set_field", field="field:company", value="Acme")
        begun(workspace, member, "remove_tags", tags=[tag.pk])
        begun(workspace, member, "subscribe", list=readers.pk, basis="customer")
        begun(workspace, member, "unsubscribe", list=readers.pk)

    edit_all()
    few, _text = page()
    edit_all()
    many, text = page()
    assert many == few
    for sentence in (
        "Set “Company” to “Acme”",
        "Take off the tags: vip",
        "Put them on “Readers”",
        "Take them off “Readers”",
    ):
        assert sentence in text
