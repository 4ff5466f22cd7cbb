"""Many contacts are changed at once: what was confirmed happens, and most of it can be undone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import consent, suppression, unsubscribing
from campaigns.audience.bulk import people, running
from campaigns.audience.models import (
    BulkEdit,
    BulkEditPerson,
    Change,
    Consent,
    Contact,
    Subscription,
    Suppression,
    Tagging,
    Unsubscription,
)
from tests import world


@pytest.fixture
def crowd(workspace):
    return [
        world.make_contact(workspace, email=f"p{n}@example.com", country="NL" if n % 2 else "BE")
        for n in range(5)
    ]


@pytest.fixture(params=[2, 2000], ids=["in steps", "at once"])
def step(request, monkeypatch):
    monkeypatch.setattr(running, "STEP", request.param)
    monkeypatch.setattr(running, "SLOW_STEP", request.param)


def begun(workspace, member, action, ids=None, **values) -> BulkEdit:
    chosen = workspace.contacts.all() if ids is None else workspace.contacts.filter(pk__in=ids)
    edit = people.choose(workspace, member, chosen)
    edit.action, edit.values = action, values
    edit.save()
    assert running.start(edit) and not running.start(edit)
    running.run(edit.pk)
    running.run(edit.pk)
    edit.refresh_from_db()
    assert edit.status == BulkEdit.Status.DONE and edit.seen == edit.people
    return edit


def undone(edit: BulkEdit) -> int:
    assert running.start_undo(edit) and not running.start_undo(edit)
    running.run(edit.pk)
    edit.refresh_from_db()
    assert edit.status == BulkEdit.Status.UNDONE
    return int(edit.undone.get("restored", 0))


def state(workspace):
    contacts = workspace.contacts.order_by("pk")
    return {
        "contacts": list(contacts.values_list("pk", "country", "first_name", "fields")),
        "tags": sorted(Tagging.objects.values_list("contact", "tag__name")),
        "lists": sorted(Subscription.objects.values_list("contact", "list", "status")),
        "stopped": sorted(bytes(one.fingerprint) for one in Suppression.objects.all()),
    }


@pytest.mark.usefixtures("crowd", "step")
def test_a_field_is_set_and_given_back(workspace, member):
    before = state(workspace)
    edit = begun(workspace, member, "set_field", field="country", value="BE")
    assert edit.changed == 2
    assert set(workspace.contacts.values_list("country", flat=True)) == {"BE"}
    assert [change.details for change in Change.objects.all()] == [{"country": ["NL", "BE"]}] * 2
    assert undone(edit) == 2
    assert state(workspace) == before


@pytest.mark.usefixtures("step")
@pytest.mark.parametrize("value", ["Acme", 12, True, None])
def test_a_field_of_the_workspace_is_set_emptied_and_given_back(workspace, member, crowd, value):
    workspace.contact_fields.create(key="company", label="Company")
    Contact.objects.filter(pk=crowd[0].pk).update(fields={"company": "Old", "other": 1})
    before = state(workspace)
    edit = begun(workspace, member, "set_field", field="field:company", value=value)
    found = [contact.fields.get("company") for contact in workspace.contacts.all()]
    assert found == [value] * 5
    assert edit.changed == (1 if value is None else 5)
    undone(edit)
    assert state(workspace) == before


def test_who_was_changed_since_stays_as_they_are(workspace, member, crowd):
    edit = begun(workspace, member, "set_field", field="country", value="FR")
    Contact.objects.filter(pk=crowd[0].pk).update(country="DE")
    assert undone(edit) == 4
    assert workspace.contacts.get(pk=crowd[0].pk).country == "DE"


@pytest.mark.usefixtures("step")
def test_tags_are_put_on_and_taken_off(workspace, member, crowd):
    vip, press = workspace.tags.create(name="vip"), workspace.tags.create(name="press")
    crowd[0].taggings.create(workspace=workspace, tag=vip)
    before = state(workspace)
    edit = begun(workspace, member, "add_tags", tags=[vip.pk, press.pk])
    assert edit.changed == 5 and Tagging.objects.count() == 10
    undone(edit)
    assert state(workspace) == before
    edit = begun(workspace, member, "remove_tags", tags=[vip.pk])
    assert edit.changed == 1 and not Tagging.objects.exists()
    undone(edit)
    assert state(workspace) == before


@pytest.mark.usefixtures("step")
def test_a_list_takes_nobody_who_left_or_must_not_be_mailed(workspace, member, crowd):
    readers = world.make_list(workspace)
    Subscription.objects.create(workspace=workspace, list=readers, contact=crowd[0])
    unsubscribing.unsubscribe_from(crowd[0], [readers], Unsubscription.Source.PAGE)
    suppression.suppress(workspace.pk, [crowd[1].fingerprint], Suppression.Reason.COMPLAINT)
    before = state(workspace)
    edit = begun(
        workspace, member, "subscribe", list=readers.pk, basis="consent", basis_note="At the fair"
    )
    assert (edit.changed, edit.kept) == (3, {"left": 1, "suppressed": 1})
    row = Subscription.objects.get(contact=crowd[2])
    assert (row.status, row.basis, row.basis_note) == ("subscribed", "consent", "At the fair")
    unsubscribing.unsubscribe_from(crowd[2], [readers], Unsubscription.Source.PAGE)
    assert undone(edit) == 2
    after = state(workspace)
    assert after.pop("lists") == sorted(
        [*before.pop("lists"), (crowd[2].pk, readers.pk, "unsubscribed")]
    )
    assert after == before


@pytest.mark.usefixtures("step")
def test_people_are_taken_off_a_list_and_put_back_but_for_who_said_no(workspace, member, crowd):
    readers = world.make_list(workspace)
    for contact in crowd:
        Subscription.objects.create(workspace=workspace, list=readers, contact=contact)
    edit = begun(workspace, member, "unsubscribe", list=readers.pk)
    assert edit.changed == 5 and not Subscription.objects.subscribed().exists()
    assert set(Unsubscription.objects.values_list("source", flat=True)) == {"member"}
    unsubscribing.stop_everything(crowd[3].pk, None, None)
    assert undone(edit) == 4
    subscribed = Subscription.objects.subscribed().values_list("contact", flat=True)
    assert set(subscribed) == {one.pk for one in crowd} - {crowd[3].pk}


@pytest.mark.usefixtures("step")
def test_mail_is_stopped_and_allowed_again_but_for_who_left(workspace, member, crowd):
    readers = world.make_list(workspace)
    Subscription.objects.create(workspace=workspace, list=readers, contact=crowd[0])
    suppression.suppress(workspace.pk, [crowd[4].fingerprint], Suppression.Reason.COMPLAINT)
    edit = begun(workspace, member, "suppress")
    assert edit.changed == 4 and not workspace.contacts.unsuppressed().exists()
    unsubscribing.unsubscribe_from(crowd[0], [readers], Unsubscription.Source.ONE_CLICK)
    assert undone(edit) == 3
    assert set(workspace.contacts.suppressed()) == {crowd[0], crowd[4]}


@pytest.mark.usefixtures("step", "crowd")
def test_measuring_stops_for_good(workspace, member):
    workspace.contacts.update(measuring=Consent.GRANTED)
    edit = begun(workspace, member, "stop_measuring")
    assert edit.changed == 5 and not running.can_undo(edit)
    assert set(workspace.contacts.values_list("measuring", flat=True)) == {Consent.WITHDRAWN}
    entry = workspace.contacts.first().consent_entries.get()
    assert (entry.actor, entry.evidence) == (member, {"bulk_edit": edit.pk})


@pytest.mark.usefixtures("step")
def test_who_is_deleted_is_gone_everywhere_and_is_not_mailed(workspace, member, crowd):
    edit = begun(workspace, member, "erase", ids=[one.pk for one in crowd[:3]])
    assert edit.changed == 3 and not running.can_undo(edit)
    assert list(workspace.contacts.order_by("pk")) == crowd[3:]
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"erased"}


def test_nobody_of_another_workspace_is_touched(workspace, member):
    other = world.make_contact(world.make_workspace(), country="NL")
    edit = people.choose(workspace, member, Contact.objects.all())
    assert edit.people == 0
    BulkEditPerson.objects.create(of=edit, contact_id=other.pk)
    for action in BulkEdit.Action.values:
        values = {"field": "country", "value": "FR", "tags": [], "list": 0, "basis": "consent"}
        BulkEdit.objects.filter(pk=edit.pk).update(
            action=action, values=values, status="running", after=0
        )
        running.run(edit.pk)
    other.refresh_from_db()
    assert (other.country, other.measuring) == ("NL", "unknown")
    assert not Suppression.objects.exists()


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


@pytest.mark.usefixtures("crowd")
def test_what_is_old_is_tidied(workspace, member):
    edit = begun(workspace, member, "set_field", field="country", value="FR")
    draft = people.choose(workspace, member, workspace.contacts.all())
    running.tidy()
    assert running.can_undo(edit) and BulkEdit.objects.count() == 2
    BulkEdit.objects.update(
        created_at=timezone.now() - running.KEPT, ended_at=timezone.now() - running.KEPT
    )
    running.tidy()
    edit.refresh_from_db()
    assert not running.can_undo(edit)
    assert not BulkEdit.objects.filter(pk=draft.pk).exists()
    assert not BulkEditPerson.objects.exists()
    assert Change.objects.count() == 5


def test_consent_that_was_refused_is_counted_before(workspace, member, crowd, alice):
    evidence = consent.Evidence("member")
    consent.refuse(crowd[0], evidence)
    edit = people.choose(workspace, member, workspace.contacts.all())
    page = alice.post(
        reverse("audience:bulk_edit", args=[edit.pk]), {"action": "stop_measuring"}, follow=True
    )
    assert "4 contacts change" in page.text
