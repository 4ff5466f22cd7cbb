"""Who is put on a list with many others, or taken off it, has a line of the ledger that says so."""

import pytest

from campaigns.audience import unsubscribing
from campaigns.audience.models import ConsentEntry, Subscription
from tests import world
from tests.audience.bulk.edits import begun, undone

pytestmark = pytest.mark.usefixtures("step")


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


def lines(contact) -> list[tuple[str, str]]:
    rows = contact.consent_entries.filter(purpose="mail").order_by("pk")
    return [(row.state, row.source) for row in rows]


@pytest.mark.parametrize(("basis", "state"), [("consent", "granted"), ("customer", "unknown")])
def test_who_is_put_on_a_list_is_there_on_a_basis(workspace, member, crowd, news, basis, state):
    Subscription.objects.create(workspace=workspace, list=news, contact=crowd[0])
    edit = begun(
        workspace, member, "subscribe", list=news.pk, basis=basis, basis_note="At the fair"
    )
    assert lines(crowd[0]) == []
    assert [lines(one) for one in crowd[1:]] == [[(state, "member")]] * 4
    line = crowd[1].consent_entries.get()
    assert line.actor == member
    assert line.evidence == {
        **{"list": news.pk, "name": "News", "bulk_edit": edit.pk},
        **{"basis": basis, "note": "At the fair"},
    }
    undone(edit)
    assert lines(crowd[0]) == []
    assert lines(crowd[1])[1:] == [("withdrawn", "member")]


def test_a_basis_without_a_note_has_none(workspace, member, crowd, news):
    begun(workspace, member, "subscribe", list=news.pk, basis="consent", basis_note="")
    assert "note" not in crowd[0].consent_entries.get().evidence


def test_who_is_taken_off_and_put_back_keeps_their_basis(workspace, member, crowd, news):
    for contact, basis in zip(crowd, ("consent", "customer"), strict=False):
        Subscription.objects.create(workspace=workspace, list=news, contact=contact, basis=basis)
    edit = begun(workspace, member, "unsubscribe", list=news.pk)
    assert [lines(one) for one in crowd] == [[("withdrawn", "member")]] * 2 + [[]] * 3
    undone(edit)
    assert lines(crowd[0])[1:] == [("granted", "member")]
    assert lines(crowd[1])[1:] == [("unknown", "member")]
    last = crowd[1].consent_entries.latest("pk")
    assert (last.evidence["basis"], last.evidence["undone"]) == ("customer", True)


def test_who_said_no_since_is_not_called_back(workspace, member, crowd, news):
    for contact in crowd:
        Subscription.objects.create(workspace=workspace, list=news, contact=contact)
    edit = begun(workspace, member, "unsubscribe", list=news.pk)
    unsubscribing.stop_everything(crowd[0].pk, None, None)
    undone(edit)
    assert lines(crowd[0]) == [("withdrawn", "member")]
    assert ConsentEntry.objects.filter(evidence__undone=True).count() == 4
