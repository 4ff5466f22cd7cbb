"""A sender that does harm over all its campaigns is stopped, until a person has decided."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.accounts.models import AuditEntry
from campaigns.sending import steering, tasks
from campaigns.sending.models import Alarm, Canary, Delivery
from campaigns.sending.pacing import breakers, reputation
from campaigns.sending.querysets import weeks
from tests import world
from tests.sending import stage
from tests.sending.reputation.weeks_of_mail import (
    a_week_passes,
    over_and_done,
    stops,
    under_way,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_small_campaigns_that_bounce_together_stop_the_next_before_a_mail_leaves(sender, sink):
    for _ in range(2):
        over_and_done(sender, dead=8)
    campaign = under_way(sender)
    assert stops(campaign)
    assert sink.taken == []
    assert "16 of the 300 addresses that Acme News mailed in the last 7 days" in (
        campaign.pause_reason
    )
    assert breakers.look() == []
    [entry] = AuditEntry.objects.filter(action="breaker_tripped")
    assert (entry.details["sender"], entry.details["counted"]) == (sender.pk, 16)


@pytest.mark.parametrize(
    ("fact", "n", "trips"),
    [
        ("complained_at", 1, False),
        ("complained_at", 2, True),
        ("hard_bounced_at", 14, False),
        ("hard_bounced_at", 15, True),
    ],
)
def test_what_providers_tell_after_a_campaign_is_over_counts(sender, fact, n, trips):
    first, second = over_and_done(sender), over_and_done(sender)
    ids = stage.some(first, n // 2) + stage.some(second, n - n // 2)
    stage.told(ids, fact)
    stage.told(ids, fact)
    assert stops(under_way(sender)) == trips


def test_fewer_than_two_hundred_mails_say_nothing(sender):
    over_and_done(sender, people=199, dead=100)
    assert not stops(under_way(sender))
    over_and_done(sender, people=1)
    assert stops(under_way(sender))


def test_an_address_that_was_refused_at_the_door_and_told_of_counts_once(sender):
    campaign = over_and_done(sender, people=200, dead=6)
    mine = Delivery.objects.filter(pk__in=stage.some(campaign, 6))
    mine.update(state="failed", enhanced_code="5.1.1")
    stage.told(stage.some(campaign, 6), "hard_bounced_at")
    assert weeks.of(sender.pk) == weeks.Week(handed=200, dead=6, complaints=0)


def test_what_is_older_than_seven_days_is_past(sender):
    over_and_done(sender, people=300, dead=30)
    a_week_passes()
    assert not stops(under_way(sender))
    assert weeks.forget() == 1


def test_other_senders_go_on(sender, sink, workspace):
    over_and_done(sender, people=300, dead=30)
    other = stage.make_smtp_sender(workspace, sink.port)
    assert not stops(under_way(other))
    assert len(sink.taken) == 3


def test_all_that_the_sender_has_under_way_is_stopped_and_told_of_in_one_mail(
    sender, sink, member, system_server
):
    over_and_done(sender, people=300, dead=30)
    first, second = under_way(sender), under_way(sender)
    assert stops(first)
    second.refresh_from_db()
    assert (second.status, second.pause_cause) == ("paused", "sender")
    tasks.tell_owners()
    tasks.tell_owners()
    [letter] = system_server.taken
    subject = message_from_bytes(letter.content, policy=default)["Subject"]
    assert subject == "Mails from “Acme News” were stopped"
    assert b"30 of the 300 addresses" in letter.text
    assert b"Find out where the dead addresses came from" in letter.text
    for campaign in (first, second):
        assert f"/campaigns/{campaign.pk}/".encode() in letter.text
    assert f"/settings/senders/{sender.pk}/pace/".encode() in letter.text
    assert not Alarm.objects.filter(told_at=None).exists()


def test_a_sender_that_is_stopped_does_not_end_the_wait_of_a_first_few(sender, member):
    over_and_done(sender, people=300, dead=30)
    campaign = under_way(sender)
    Canary.objects.create(campaign=campaign, size=2)
    assert stops(campaign)
    assert steering.resume(campaign, by=member)
    assert Canary.objects.get().ended_at is None


def test_the_send_page_says_beforehand_that_it_would_be_stopped(sender, alice, workspace):
    over_and_done(sender, people=300, dead=30)
    draft = world.make_campaign(workspace, sender=sender, lists=[world.make_list(workspace)])
    stage.make_people(workspace, draft.lists.get(), 1)
    page = alice.get(reverse("sending:confirm", args=[draft.pk])).text
    assert "It would be stopped at once. Stopped because 30 of the 300 addresses" in page


def test_the_senders_page_shows_its_week(sender, alice):
    campaign = over_and_done(sender, people=300, dead=6)
    stage.told(stage.some(campaign, 1), "complained_at")
    page = alice.get(reverse("sending:pace", args=[sender.pk])).text
    assert "300 mails handed over" in page
    assert "6 addresses do not exist: 2.0 %" in page
    assert "1 report of spam: 0.33 %" in page


def test_asking_reads_none_of_the_mails_that_went_well(sender):
    campaign = over_and_done(sender, people=300)
    stage.told(stage.some(campaign, 2), "complained_at")
    campaign = under_way(sender, people=1)
    with CaptureQueriesContext(connection) as queries:
        reputation.warning(campaign)
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert "sending_delivery_harm" in plan
    assert "Seq Scan on sending_delivery" not in plan
