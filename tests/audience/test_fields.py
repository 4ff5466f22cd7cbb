"""Members make fields of their own, and fill them in with the right kind of value."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import export, fields
from campaigns.audience.models import Field
from campaigns.composing import fields as merge_fields
from tests import world
from tests.audience.files import import_file


@pytest.fixture
def birthday(workspace):
    return workspace.contact_fields.create(key="birthday", label="Birthday", kind="date")


@pytest.fixture
def plan(workspace):
    return workspace.contact_fields.create(
        key="plan", label="Plan", kind="choice", choices=["Gold", "Silver"]
    )


def edit(alice, contact, **values):
    address = reverse("audience:edit_contact", args=[contact.pk])
    return alice.post(address, {"email": contact.email, **values})


def test_a_field_is_made_and_renamed_and_keeps_its_merge_tag(alice, workspace):
    address = reverse("audience:new_field")
    assert alice.get(address).status_code == 200
    alice.post(address, {"label": "Company size", "kind": "number"})
    field = workspace.contact_fields.get()
    assert (field.key, field.kind, field.choices) == ("company_size", "number", [])
    alice.post(
        reverse("audience:edit_field", args=[field.pk]), {"label": "Staff", "is_listed": "on"}
    )
    field.refresh_from_db()
    assert (field.key, field.label, field.kind, field.is_listed) == (
        *("company_size", "Staff", "number"),
        True,
    )
    assert [row.action for row in workspace.audit.order_by("pk")] == [
        "field_added",
        "field_changed",
    ]
    assert b"contact.company_size" in alice.get(reverse("audience:fields")).content


def test_two_labels_of_one_spelling_get_two_keys(alice, workspace):
    for label in ("Size", "Size!", "size?"):
        alice.post(reverse("audience:new_field"), {"label": label, "kind": "text"})
    keys = {field.key for field in fields.of(workspace.pk)}
    assert keys == {"size", "size_2", "size_3"}


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"label": "", "kind": "text"}, "label"),
        ({"label": "PLAN", "kind": "text"}, "label"),
        ({"label": "Colour", "kind": "choice", "choices": " \n"}, "choices"),
        ({"label": "Colour", "kind": "choice", "choices": "a" * 81}, "choices"),
        ({"label": "Colour", "kind": "spectrum"}, "kind"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused_where_it_does_not(alice, plan, values, where):
    response = alice.post(reverse("audience:new_field"), values)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {where}


def test_choices_keep_their_order_and_each_is_one(alice, workspace):
    values = {"label": "Colour", "kind": "choice", "choices": "Red\n\n blue \nRED\nGreen"}
    alice.post(reverse("audience:new_field"), values)
    assert workspace.contact_fields.get().choices == ["Red", "blue", "Green"]


def test_fields_are_moved_and_forms_follow(alice, workspace, birthday, plan):
    alice.post(reverse("audience:move_field", args=[plan.pk]), {"to": "up"})
    assert [field.label for field in fields.of(workspace.pk)] == ["Plan", "Birthday"]
    alice.post(reverse("audience:move_field", args=[plan.pk]), {"to": "up"})
    alice.post(reverse("audience:move_field", args=[plan.pk]), {"to": "down"})
    assert [field.label for field in fields.of(workspace.pk)] == ["Birthday", "Plan"]


def test_a_contact_gets_typed_values_and_loses_them(alice, workspace, birthday, plan):
    workspace.contact_fields.create(key="score", label="Score", kind="number")
    workspace.contact_fields.create(key="vip", label="VIP", kind="yes_no")
    ann = world.make_contact(workspace)
    edit(
        alice,
        ann,
        field_birthday="1980-02-29",
        field_plan="gold",
        field_score="1.234,5",
        field_vip="yes",
    )
    ann.refresh_from_db()
    assert ann.fields == {"birthday": "1980-02-29", "plan": "Gold", "score": 1234.5, "vip": True}
    page = alice.get(reverse("audience:contact", args=[ann.pk])).text
    for shown in ("29 Feb 1980", "Gold", "1234.5", "Yes"):
        assert shown in page
    form = alice.get(reverse("audience:edit_contact", args=[ann.pk])).text
    assert 'type="date"' in form and 'value="1980-02-29"' in form
    assert '<option value="Gold" selected' in form
    edit(alice, ann, field_vip="no")
    ann.refresh_from_db()
    assert ann.fields == {"vip": False}


def test_a_value_of_another_kind_is_refused_with_what_to_write(alice, workspace, birthday, plan):
    ann = world.make_contact(workspace)
    response = edit(alice, ann, field_birthday="03/04/2026", field_plan="Bronze")
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert "2026-04-03" in errors["field_birthday"][0]
    assert "Gold, Silver" in errors["field_plan"][0]


def test_what_was_kept_before_stays_until_somebody_changes_it(alice, workspace, birthday, plan):
    ann = world.make_contact(workspace, fields={"birthday": "in May", "plan": "Iron"})
    form = alice.get(reverse("audience:edit_contact", args=[ann.pk])).text
    assert 'value="in May"' in form and "Iron (no choice any more)" in form
    edit(alice, ann, field_birthday="in May", field_plan="Iron", first_name="Ann")
    ann.refresh_from_db()
    assert ann.first_name == "Ann"
    assert ann.fields == {"birthday": "in May", "plan": "Iron"}


def test_typed_values_are_words_in_mails_and_files(workspace, birthday):
    workspace.contact_fields.create(key="vip", label="VIP", kind="yes_no")
    readers = world.make_list(workspace)
    ann = world.make_contact(workspace, on=readers, fields={"vip": True, "birthday": "1980-02-29"})
    told = merge_fields.values(ann)
    assert (told["vip"], told["birthday"]) == ("yes", "1980-02-29")
    table = export.list_table(readers, workspace.contacts.members(readers.pk))
    written = b"".join(export.as_csv(table)).decode()
    assert written.splitlines()[1].endswith("1980-02-29,yes")


def test_strangers_find_no_field(stranger, birthday):
    assert stranger.get(reverse("audience:edit_field", args=[birthday.pk])).status_code == 404
    assert stranger.post(reverse("audience:move_field", args=[birthday.pk])).status_code == 404
    assert Field.objects.get() == birthday


def test_pages_of_contacts_have_columns_for_fields_that_are_chosen(alice, workspace, birthday):
    readers = world.make_list(workspace)
    world.make_contact(workspace, on=readers, fields={"birthday": "1980-02-29"})
    addresses = [reverse("audience:contacts"), reverse("audience:list", args=[readers.pk])]
    assert not [one for one in addresses if "29 Feb 1980" in alice.get(one).text]
    Field.objects.update(is_listed=True)
    assert [one for one in addresses if "29 Feb 1980" in alice.get(one).text] == addresses


def test_a_deleted_field_can_be_taken_back_with_its_values(alice, workspace, birthday, plan):
    ann = world.make_contact(workspace, fields={"birthday": "1980-02-29", "plan": "Gold"})
    address = reverse("audience:delete_field", args=[birthday.pk])
    assert "1 contact has a value in it" in alice.get(address).text
    assert len(fields.of(workspace.pk)) == 2
    alice.post(address)
    assert alice.post(address).status_code == 404
    assert fields.of(workspace.pk) == [plan]
    assert "birthday" not in merge_fields.names(workspace)
    fields.strip_leaving()
    page = alice.get(reverse("audience:fields")).text
    assert "Deleted fields" in page and "Birthday" in page
    alice.post(reverse("audience:restore_field", args=[birthday.pk]))
    ann.refresh_from_db()
    assert ann.fields == {"birthday": "1980-02-29", "plan": "Gold"}
    assert len(fields.of(workspace.pk)) == 2
    actions = set(workspace.audit.values_list("action", flat=True))
    assert actions == {"field_deleted", "field_restored"}


def test_a_field_whose_name_is_taken_stays_deleted(alice, workspace, birthday):
    fields.leave(birthday)
    alice.post(reverse("audience:new_field"), {"label": "birthday", "kind": "text"})
    answer = alice.post(reverse("audience:restore_field", args=[birthday.pk]), follow=True)
    assert "Another field has this name now" in answer.text
    assert [field.key for field in fields.of(workspace.pk)] == ["birthday_2"]


def test_after_a_month_or_at_once_it_goes_with_all_values(alice, workspace, birthday, plan):
    ann = world.make_contact(workspace, fields={"birthday": "1980-02-29", "plan": "Gold"})
    elsewhere = world.make_contact(world.make_workspace(), fields={"birthday": "1980-02-29"})
    fields.leave(birthday)
    fields.leave(plan)
    Field.objects.filter(pk=plan.pk).update(leaving_since=timezone.now() - fields.KEPT)
    assert not fields.come_back(plan)
    fields.strip_leaving()
    ann.refresh_from_db()
    assert ann.fields == {"birthday": "1980-02-29"}
    alice.post(reverse("audience:strip_field", args=[birthday.pk]))
    ann.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (ann.fields, elsewhere.fields) == ({}, {"birthday": "1980-02-29"})
    assert not Field.objects.exists()


def test_a_file_that_fills_a_deleted_field_takes_it_back(workspace, birthday):
    fields.leave(birthday)
    import_file(world.make_list(workspace), b"email,birthday\nann@example.com,1980-02-29\n")
    assert fields.of(workspace.pk) == [birthday]


def test_a_field_of_many_leaves_in_batches_and_whoever_stops_is_followed(
    workspace, birthday, monkeypatch
):
    monkeypatch.setattr(fields, "BATCH", 2)
    for _n in range(5):
        world.make_contact(workspace, fields={"birthday": "1980-02-29"})
    assert fields.leave(birthday) and not fields.leave(birthday)
    assert fields.let_go(birthday)
    assert not fields.strip(birthday)
    assert workspace.contacts.filter(fields__has_key="birthday").count() == 3
    assert fields.of(workspace.pk) == []
    assert "birthday" not in merge_fields.names(workspace)
    fields.strip_leaving()
    assert not workspace.contacts.filter(fields__has_key="birthday").exists()
    assert not Field.objects.exists()
