"""A reminder goes to those who are known not to have opened, as they are when it is launched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience import consent
from campaigns.audience.models import Contact, Subscription, Suppression
from campaigns.composing import editing
from campaigns.composing.models import Campaign
from campaigns.sending import launch, reminding
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world
from tests.sending import stage
from tracking.models import Engagement

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(draft, handed_over):
    """A campaign that was sent to 12 people who agreed, and 4 who are only counted."""
    granted = stage.make_people(draft.workspace, draft.lists.get(), 12, measuring="granted")
    counted = stage.make_people(draft.workspace, draft.lists.get(), 4)
    for contact in granted + counted:
        mode = "individual" if contact in granted else "aggregate"
        stage.make_delivery(draft, contact, **(handed_over | {"state": "sent", "mode": mode}))
    Campaign.objects.filter(pk=draft.pk).update(status="sent", launched_at=timezone.now())
    draft.refresh_from_db()
    return draft


def people():
    return list(Contact.objects.order_by("pk"))


def read(campaign, contact, **deeds):
    delivery = Delivery.objects.get(campaign=campaign, contact=contact)
    Engagement.objects.create(
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.pk,
        delivery_id=delivery.pk,
        contact_id=contact.pk,
        **deeds,
    )


def launched(reminder):
    assert launch.launch(reminder)
    launch.prepare(reminder.pk)
    return set(Delivery.objects.filter(campaign=reminder).values_list("contact_id", flat=True))


def test_the_draft_says_the_same_under_a_new_subject_to_the_same_lists(first, member):
    reminder = reminding.remind(first, member, "Did you miss this?")
    assert reminder.status == Campaign.Status.DRAFT
    assert reminder.subject == "Did you miss this?"
    assert reminder.body == first.body
    assert reminder.sender == first.sender
    assert list(reminder.lists.all()) == list(first.lists.all())
    assert reminder.non_openers_of == first


def test_only_who_is_known_not_to_have_opened_gets_it(first, member):
    granted = people()[:12]
    read(first, granted[0], opens_sure=1)
    read(first, granted[1], clicks_sure=1)
    read(first, granted[2], opens_uncertain=3)
    read(first, granted[3], opens_machine=2, clicks_machine=5)
    reminder = reminding.remind(first, member, "Again")
    assert launched(reminder) == {contact.pk for contact in granted[3:]}


def test_who_opened_left_or_was_suppressed_before_the_launch_is_left_out(first, member):
    reminder = reminding.remind(first, member, "Again")
    opened, left, suppressed, withdrew, *stay = people()[:12]
    read(first, opened, opens_sure=1)
    Subscription.objects.filter(contact=left).update(
        status="unsubscribed", unsubscribed_at=timezone.now()
    )
    Suppression.objects.create(
        workspace=first.workspace, fingerprint=suppressed.fingerprint, reason="complaint"
    )
    # What we knew of them is gone, so they only look as if they had not opened.
    consent.withdraw(withdrew, consent.Evidence("preferences"))
    assert launched(reminder) == {contact.pk for contact in stay}


def test_what_did_not_arrive_was_not_left_unopened(first, member):
    bounced, unknown, *stay = people()[:12]
    rows = Delivery.objects.filter(campaign=first)
    rows.filter(contact=bounced).update(hard_bounced_at=timezone.now())
    stage.become(rows.filter(contact=unknown), "unknown")
    reminder = reminding.remind(first, member, "Again")
    assert launched(reminder) == {contact.pk for contact in stay}


def test_who_joined_the_list_since_did_not_get_the_first(first, member):
    world.make_contact(first.workspace, on=first.lists.get(), measuring="granted")
    reminder = reminding.remind(first, member, "Again")
    assert len(launched(reminder)) == 12


def test_the_numbers_add_up_and_are_those_of_the_launch(first, member):
    granted = people()[:12]
    read(first, granted[0], opens_sure=1)
    read(first, granted[1], opens_uncertain=1)
    Subscription.objects.filter(contact=granted[2]).update(
        status="unsubscribed", unsubscribed_at=timezone.now()
    )
    reach = reminding.reach(first)
    assert (reach.sent, reach.not_known, reach.read, reach.gone, reach.reached) == (16, 4, 2, 1, 9)
    reminder = reminding.remind(first, member, "Again")
    assert sum(launching.audience_modes(reminder, minimum=10).values()) == 9
    assert len(launched(reminder)) == 9


def test_of_mails_older_than_what_is_kept_nobody_is_called_a_non_opener(first, settings):
    settings.EVENT_RETENTION_DAYS = 45
    old = timezone.now() - timedelta(days=45, seconds=1)
    Delivery.objects.filter(campaign=first).update(sending_at=old)
    reach = reminding.reach(first)
    assert (reach.sent, reach.not_known, reach.reached) == (16, 16, 0)


def test_a_copy_of_a_reminder_is_not_for_everybody(first, member):
    reminder = reminding.remind(first, member, "Again")
    assert editing.duplicate(reminder, member).non_openers_of == first


def test_a_reminder_of_a_reminder_is_for_those_who_opened_neither(first, member):
    reminder = reminding.remind(first, member, "Again")
    launched(reminder)
    now = timezone.now()
    stage.become(Delivery.objects.filter(campaign=reminder), "sent", sending_at=now, done_at=now)
    reminder.refresh_from_db()
    read(reminder, people()[0], opens_sure=1)
    last = reminding.remind(reminder, member, "Last call")
    assert len(launched(last)) == 11
