"""Who opens the first mail between a reminder's launch and their turn is not reminded."""

import pytest
from django.utils import timezone

from campaigns.audience import consent
from campaigns.audience.models import Contact
from campaigns.composing.models import Campaign
from campaigns.sending import again, claiming, launch, reminding, transport
from campaigns.sending.models import Delivery
from tests.sending import stage
from tracking.models import Engagement

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 12


@pytest.fixture
def reminder(draft, sink, member, handed_over):
    """A reminder that was launched, of a campaign that twelve people got and nobody opened."""
    for contact in stage.make_people(
        draft.workspace, draft.lists.get(), PEOPLE, measuring="granted"
    ):
        stage.make_delivery(draft, contact, **(handed_over | {"state": "sent"}))
    Campaign.objects.filter(pk=draft.pk).update(status="sent", launched_at=timezone.now())
    found = reminding.remind(draft, member, "Did you miss this?")
    assert launch.launch(found)
    assert launch.prepare(found.pk)
    return found


def people():
    return list(Contact.objects.order_by("pk"))


def read(reminder, contact, **deeds):
    first = Delivery.objects.get(campaign=reminder.non_openers_of, contact=contact)
    Engagement.objects.create(
        workspace_id=reminder.workspace_id,
        campaign_id=first.campaign_id,
        delivery_id=first.pk,
        contact_id=contact.pk,
        **deeds,
    )


def send(reminder):
    while transport.work(reminder.pk, seconds=20):
        pass
    reminder.refresh_from_db()


def test_who_opens_the_first_after_the_launch_is_left_out(reminder, sink):
    opened, clicked, perhaps, scanned, *others = people()
    read(reminder, opened, opens_sure=1)
    read(reminder, clicked, clicks_sure=1)
    read(reminder, perhaps, opens_uncertain=1)
    read(reminder, scanned, opens_machine=3, clicks_machine=9)
    send(reminder)
    assert reminder.status == Campaign.Status.SENT
    assert set(sink.recipients()) == {contact.email for contact in (scanned, *others)}
    left = Delivery.objects.filter(campaign=reminder, state="suppressed")
    assert set(left.values_list("contact", flat=True)) == {opened.pk, clicked.pk, perhaps.pk}
    assert set(left.values_list("reason", flat=True)) == {
        "since the launch: no longer known not to have opened the first mail"
    }


def test_who_opens_it_when_their_row_is_claimed_already_is_left_out(reminder):
    claim = claiming.Claim(reminder.pk, PEOPLE)
    claim.reminder_of = reminder.non_openers_of_id
    read(reminder, people()[0], opens_sure=1)
    granted = claim.intend(claim.rows)
    assert {row.contact_id for row in claim.rows} - {row.contact_id for row in granted} == {
        people()[0].pk
    }
    assert stage.states(reminder) == {"sending": PEOPLE - 1, "suppressed": 1}


def test_who_took_back_what_we_knew_of_them_is_left_out(reminder, sink):
    """The same words for both, so that no row of the reminder tells that somebody opened."""
    withdrew, opened, *_others = people()
    consent.withdraw(withdrew, consent.Evidence("preferences"))
    read(reminder, opened, opens_sure=1)
    send(reminder)
    assert stage.states(reminder) == {"sent": PEOPLE - 2, "suppressed": 2}
    reasons = Delivery.objects.filter(state="suppressed").values_list("reason", flat=True)
    assert len(set(reasons)) == 1


def test_who_was_left_out_for_that_is_no_newcomer(reminder):
    read(reminder, people()[0], opens_sure=1)
    send(reminder)
    assert again.count_joined(reminder) == 0
    assert again.send_to_joined(reminder) == 0


def test_an_ordinary_campaign_is_not_asked(draft, sink, django_assert_num_queries):
    stage.make_many(draft.workspace, draft.lists.get(), PEOPLE)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    claim = claiming.Claim(draft.pk, PEOPLE)
    # What the ledger prepares is not counted.
    with django_assert_num_queries(0):
        assert len(claim.intend(claim.rows)) == PEOPLE


def test_the_page_says_why_they_were_left_out(reminder, alice):
    read(reminder, people()[0], opens_sure=1)
    send(reminder)
    page = alice.get(f"/campaigns/{reminder.pk}/").content.decode()
    assert "no longer known not to have opened the first mail" in page
    assert "Who opens the first mail before their turn is left out" in page
