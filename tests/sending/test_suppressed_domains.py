"""A domain that is not mailed gets no campaign, whenever it was stopped, and no test."""

import pytest

from campaigns.audience import suppression
from campaigns.sending import launch, transport
from campaigns.sending.models import Delivery
from campaigns.sending.testing import mailing
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(draft):
    news = draft.lists.get()
    emails = ("a@bad.example", "b@mail.bad.example", "c@notbad.example")
    return [world.make_contact(draft.workspace, on=news, email=email) for email in emails]


def test_a_launch_leaves_them_out(draft, people):
    suppression.suppress_domains(draft.workspace_id, ["bad.example"])
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    assert [row.contact_id for row in Delivery.objects.all()] == [people[2].pk]


def test_one_that_is_stopped_after_the_launch_gets_nothing_more(draft, people, sink):
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    suppression.suppress_domains(draft.workspace_id, ["bad.example"])
    while transport.work(draft.pk, seconds=20):
        pass
    assert sink.recipients() == ["c@notbad.example"]
    assert stage.states(draft) == {"sent": 1, "suppressed": 2}


def test_no_test_is_sent_there(draft, people, sink):
    suppression.suppress_domains(draft.workspace_id, ["bad.example"])
    [answer] = mailing.send(draft, ["a@bad.example"], None)
    assert "Nothing is mailed to its domain" in answer.problem
    assert not sink.taken
