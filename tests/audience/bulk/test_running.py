"""What has no way back, whom an edit never touches, and what is tidied."""

import pytest
from django.utils import timezone

from campaigns.audience.bulk import people, running
from campaigns.audience.models import (
    BulkEdit,
    BulkEditPerson,
    Change,
    Consent,
    Contact,
    Suppression,
)
from tests import world
from tests.audience.bulk.edits import begun


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
