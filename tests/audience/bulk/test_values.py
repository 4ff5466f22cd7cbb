"""Fields and tags of many contacts are changed at once, and given back."""

import pytest

from campaigns.audience.bulk import people, running, telling
from campaigns.audience.models import Change, Contact, Tagging
from tests.audience.bulk.edits import begun, state, undone


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


def test_a_field_that_is_gone_is_told_by_its_key(workspace, member, crowd):
    workspace.contact_fields.create(key="company", label="Company")
    edit = begun(workspace, member, "set_field", field="field:company", value=None)
    assert telling.sentence(edit) == "Empty “Company”"
    workspace.contact_fields.all().delete()
    assert telling.sentence(edit) == "Empty “company”"


def test_what_has_begun_is_not_chosen_anew(workspace, member, crowd):
    """Two tabs: one says yes to a change while the other chooses to delete everybody."""
    edit = people.choose(workspace, member, workspace.contacts.all())
    assert running.choose(edit, "set_field", {"field": "country", "value": "FR"})
    here, there = (workspace.bulk_edits.get(pk=edit.pk) for _ in range(2))
    assert running.start(here)
    assert not running.choose(there, "erase", {})
    running.run(edit.pk)
    assert set(workspace.contacts.values_list("country", flat=True)) == {"FR"}


def test_only_what_was_read_is_begun(workspace, member, crowd):
    edit = people.choose(workspace, member, workspace.contacts.all())
    assert running.choose(edit, "set_field", {"field": "country", "value": "FR"})
    here, there = (workspace.bulk_edits.get(pk=edit.pk) for _ in range(2))
    assert running.choose(there, "suppress", {})
    assert not running.start(here)
