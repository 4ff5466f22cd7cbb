"""The bits of a campaign that is over say what its deliveries say, and are asked when they do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import consent
from campaigns.audience.models import ConsentEntry
from campaigns.audience.segments import compiling
from campaigns.composing.models import Campaign
from campaigns.sending import forgetting, tasks
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import digests, moves
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db
OUT = Q(state__in=["sent", "unknown", "sending"], hard_bounced_at=None)
SETS = {
    "sent": Q(state="sent"),
    "out": OUT,
    "hidden_opens": OUT & ~Q(mode="individual", consent_epoch=0),
    "hidden_clicks": OUT
    & ~(Q(consent_epoch=0) & (Q(click_mode="individual") | Q(click_mode="", mode="individual"))),
}


def told(name: str) -> Collection[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT campaign_id, block * 4096 + n FROM sending_mailbits, generate_series(0, 4095) n"
            f" WHERE get_bit({name}, n) = 1"
        )
        return set(cursor.fetchall())


def kept(name: str) -> Collection[tuple[int, int]]:
    mine = Delivery.objects.filter(SETS[name], contact__isnull=False)
    return set(mine.values_list("campaign_id", "contact_id"))


def agree() -> bool:
    return all(told(name) == kept(name) for name in SETS)


@pytest.fixture
def over(workspace: Workspace) -> Campaign:
    """A campaign that was sent to five people, of whom two are only counted in some way."""
    campaign = stage.make_sending(workspace, people=5, launched_at=timezone.now())
    mails = Delivery.objects.filter(campaign=campaign)
    stage.become(mails, "sent", done_at=timezone.now(), sending_at=timezone.now())
    first, second, *_others = mails.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(mode="aggregate")
    Delivery.objects.filter(pk=second.pk).update(click_mode="aggregate")
    assert moves.finish(campaign.pk)
    assert digests.due(9) == [campaign.pk]
    tasks.digest_campaign(campaign.pk)
    return campaign


def asks_bits(campaign: Campaign) -> bool:
    asked = {"what": "opened", "how": "not_campaign", "campaign": campaign.pk}
    question = compiling.read({"match": "all", "of": [asked]})
    return "sending_mailbits" in str(compiling.people(campaign.workspace, question).query)


def test_what_is_over_is_digested_once_and_asked(over):
    assert agree() and all(told(name) for name in SETS)
    assert digests.due(9) == []
    assert asks_bits(over)


def test_what_is_told_of_a_mail_later_is_in_the_bits(over):
    mails = Delivery.objects.filter(campaign=over).order_by("pk")
    for values in (
        {"hard_bounced_at": timezone.now()},
        {"state": "unknown", "unknown_since": timezone.now()},
        {"mode": "none"},
        {"click_mode": "none"},
    ):
        Delivery.objects.filter(pk=mails[2].pk).update(**values)
        assert agree(), values
        Delivery.objects.filter(campaign=over).update(**values)
        assert agree(), values


def test_whose_mail_it_is_may_change(over, workspace):
    mail = Delivery.objects.earliest("pk")
    far = world.make_contact(workspace, pk=mail.pk + 1_000_000)
    Delivery.objects.filter(pk=mail.pk).update(contact=far)
    assert agree()
    assert (over.pk, far.pk) in told("sent")


def test_of_who_is_erased_no_bit_is_left(over):
    somebody = over.workspace.contacts.earliest("pk")
    forgetting.forget([somebody.pk])
    assert agree()
    assert (over.pk, somebody.pk) not in told("sent")


def test_a_campaign_that_is_sending_again_is_asked_by_its_mails(over):
    Campaign.objects.filter(pk=over.pk).update(status="sending", finished_at=None)
    assert not asks_bits(over)
    Campaign.objects.filter(pk=over.pk).update(status="sent", finished_at=timezone.now())
    assert not asks_bits(over)
    assert digests.due(9) == [over.pk]
    assert digests.make(over.pk) and asks_bits(over) and agree()


def test_while_a_mail_is_under_way_nothing_is_digested(over):
    Campaign.objects.filter(pk=over.pk).update(finished_at=timezone.now())
    mails = Delivery.objects.filter(campaign=over)
    mails.filter(pk=mails[0].pk).update(state="pending", next_at=timezone.now())
    assert digests.due(9) == []
    assert not digests.make(over.pk)
    assert not asks_bits(over)


def test_mails_about_to_be_past_their_time_are_asked_one_by_one(over, settings):
    days = settings.EVENT_RETENTION_DAYS
    moment = timezone.now() - timedelta(days=days)
    Delivery.objects.filter(campaign=over).update(sending_at=moment)
    assert digests.make(over.pk)
    assert not asks_bits(over)


def test_who_takes_it_back_is_in_the_dark_at_once(over):
    asked = {"what": "opened", "how": "not_campaign", "campaign": over.pk}
    question = compiling.read({"match": "all", "of": [asked]})
    before = set(compiling.people(over.workspace, question))
    assert len(before) == 4
    somebody = min(before, key=lambda contact: contact.pk)
    consent.refuse(somebody, consent.Evidence(ConsentEntry.Source.MEMBER))
    assert asks_bits(over)
    assert set(compiling.people(over.workspace, question)) == before - {somebody}


def test_all_bits_can_be_made_anew(over):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sending_mailbits SET sent = ~sent")
    assert not agree()
    call_command("renew_bits")
    assert not asks_bits(over)
    assert digests.due(9) == [over.pk]
    tasks.digest_campaign(over.pk)
    assert agree() and asks_bits(over)
