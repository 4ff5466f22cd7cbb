"""Many are put on a list, taken off it, or stopped; what they said themselves stays."""

import pytest

from campaigns.audience import suppression, unsubscribing
from campaigns.audience.models import Subscription, Suppression, Unsubscription
from tests import world
from tests.audience.bulk.edits import begun, state, undone


@pytest.mark.usefixtures("step")
def test_a_list_takes_nobody_who_left_or_must_not_be_mailed(workspace, member, crowd):
    readers = world.make_list(workspace)
    Subscription.objects.create(workspace=workspace, list=readers, contact=crowd[0])
    unsubscribing.unsubscribe_from(crowd[0], [readers], Unsubscription.Source.PAGE)
    suppression.suppress(workspace.pk, [crowd[1].fingerprint], Suppression.Reason.COMPLAINT)
    suppression.suppress_domains(workspace.pk, ["stopped.example"])
    world.make_contact(workspace, email="p5@mail.stopped.example")
    before = state(workspace)
    edit = begun(
        workspace, member, "subscribe", list=readers.pk, basis="consent", basis_note="At the fair"
    )
    assert (edit.changed, edit.kept) == (3, {"left": 1, "suppressed": 2})
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
def test_mail_is_stopped_and_allowed_again_but_for_who_said_no(workspace, member, crowd):
    suppression.suppress(workspace.pk, [crowd[4].fingerprint], Suppression.Reason.COMPLAINT)
    suppression.suppress(workspace.pk, [crowd[3].fingerprint], Suppression.Reason.MANUAL)
    edit = begun(workspace, member, "suppress")
    assert edit.changed == 4 and not workspace.contacts.unsuppressed().exists()
    unsubscribing.stop_everything(crowd[0].pk, None, None)
    assert undone(edit) == 4
    assert set(workspace.contacts.suppressed()) == {crowd[0], crowd[3], crowd[4]}
