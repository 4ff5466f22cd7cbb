"""What members see of a sender's and a campaign's pace, and what they may do about it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.composing.models import Campaign
from campaigns.sending import tasks
from campaigns.sending.models import Alarm, Canary, Delivery, Ramp, Throttle
from campaigns.sending.querysets import holding, throttling
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings(monkeypatch):
    heard: list[int] = []
    monkeypatch.setattr(tasks, "ring_send", heard.append)
    monkeypatch.setattr(tasks, "ring_launch", heard.append)
    return heard


@pytest.fixture
def sending(draft):
    Campaign.objects.filter(pk=draft.pk).update(status="sending")
    draft.refresh_from_db()
    return draft


def page(client, campaign):
    return " ".join(client.get(reverse("sending:campaign", args=[campaign.pk])).text.split())


def post(client, name, pk, **values):
    return client.post(reverse(f"sending:{name}", args=[pk]), values)


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_limits_are_set_changed_and_lifted(alice, sender):
    address = reverse("sending:pace", args=[sender.pk])
    assert address in alice.get(reverse("accounts:edit_sender", args=[sender.pk])).text
    assert post(alice, "pace", sender.pk, per_hour="100", gmail_hour="20").url == address
    found = {(row.mailbox, row.period): row.most for row in Throttle.objects.all()}
    assert found == {("", 3600): 100, ("gmail", 3600): 20}
    shown = alice.get(address).text
    assert "Limited to 100 an hour by you" in shown
    assert "Gmail: Limited to 20 an hour by you" in shown
    assert 'value="100"' in shown
    throttling.take(sender.pk, {"other": 30})
    post(alice, "pace", sender.pk, per_hour="200", per_day="1000")
    found = {(row.mailbox, row.period): row.most for row in Throttle.objects.all()}
    assert found == {("", 3600): 200, ("", 86400): 1000}
    assert "30 of 200 used" in alice.get(address).text
    post(alice, "pace", sender.pk, per_hour="200", per_day="1000")
    assert actions() == ["pace_changed", "pace_changed"]


@pytest.mark.parametrize("wrong", ["0", "-3", "many", "1.5", "100000001"])
def test_a_limit_that_is_none_is_said_at_its_field(alice, sender, wrong):
    answer = post(alice, "pace", sender.pk, per_hour=wrong)
    assert answer.status_code == 422
    assert wrong in answer.text
    assert not Throttle.objects.exists()


def test_a_warm_up_is_begun_and_ended(alice, sender):
    post(alice, "ramp", sender.pk, begin="yes")
    post(alice, "ramp", sender.pk, begin="yes")
    shown = alice.get(reverse("sending:pace", args=[sender.pk])).text
    assert "50 mails in any 24 hours" in shown
    assert "Warming up: 50 a day for now" in shown
    post(alice, "ramp", sender.pk, end="yes")
    assert not Ramp.objects.exists()
    assert actions() == ["ramp_begun", "ramp_ended"]


def test_the_campaign_says_whose_limit_holds_it_and_until_when(alice, sending):
    throttling.set_limit(sending.sender_id, mailbox="", kind="limit", period=3600, most=100)
    assert "Limited to" not in page(alice, sending)
    throttling.take(sending.sender_id, {"other": 100})
    [limit] = throttling.look(sending.sender_id)
    at = f"{limit.free_at:%-d %b, %H:%M}"
    said = f"Limited to 100 an hour by you; the next go out at {at} (UTC)."
    assert said in page(alice, sending)
    for contact in stage.make_people(sending.workspace, sending.lists.get(), 4):
        stage.make_delivery(sending, contact)
    Throttle.objects.all().delete()
    throttling.set_limit(sending.sender_id, mailbox="", kind="limit", period=86_400, most=1)
    throttling.take(sending.sender_id, {"other": 1})
    assert "Limited to 1 a day by you" in page(alice, sending)
    assert "About 4 days left." in page(alice, sending)


def test_the_campaign_says_which_mailbox_provider_waits(alice, sending):
    throttling.ease(sending.sender_id, "gmail", 400)
    Throttle.objects.update(period=3600)
    throttling.take(sending.sender_id, {"gmail": 200})
    assert "Gmail: Slowed down to 200 an hour" in page(alice, sending)


def test_the_campaign_says_that_its_sender_warms_up(alice, sending):
    post(alice, "ramp", sending.sender_id, begin="yes")
    assert "warming up: 50 a day for now" in page(alice, sending)


def test_the_first_few_are_shown_and_the_rest_can_be_sent_at_once(alice, sending, rings):
    for contact in stage.make_people(sending.workspace, sending.lists.get(), 3):
        stage.make_delivery(sending, contact)
    canary = Canary.objects.create(campaign=sending, size=2)
    assert "2 of 3 get it first" in page(alice, sending)
    until = timezone.now() + timedelta(minutes=10)
    Canary.objects.update(taken=2, waits_until=until)
    said = f"2 of 3 sent first; the rest follows at {until:%H:%M} (UTC) unless too many bounce"
    assert said in page(alice, sending)
    for _ in range(2):
        post(alice, "send_rest", sending.pk)
    canary.refresh_from_db()
    assert canary.ended_at is not None
    assert rings == [sending.pk]
    assert actions() == ["canary_ended"]
    assert "sent first" not in page(alice, sending)


def test_a_large_audience_is_asked_whether_a_few_get_it_first(alice, draft, rings, settings):
    settings.CANARY_OVER, settings.CANARY_SIZE = 2, 1
    stage.make_people(draft.workspace, draft.lists.get(), 2)
    address = reverse("sending:confirm", args=[draft.pk])
    assert "of them first" not in alice.get(address).text
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    assert "Send to 1 of them first" in alice.get(address).text
    alice.post(address, {"launch": "yes", "canary_asked": "yes"})
    draft.refresh_from_db()
    assert (draft.status, draft.canary_first) == ("preparing", False)


@pytest.mark.parametrize(("values", "kept"), [({"canary": "yes"}, True), ({}, False)])
def test_a_scheduled_campaign_remembers_the_choice(alice, draft, rings, values, kept):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    when = {"schedule": "yes", "date": "2031-07-01", "time": "09:30", "zone": "UTC"}
    address = reverse("sending:confirm", args=[draft.pk])
    alice.post(address, when | values | {"canary_asked": "yes"})
    draft.refresh_from_db()
    assert (draft.status, draft.canary_first) == ("scheduled", kept)


def test_a_breaker_says_why_and_what_to_do_and_resuming_shows_the_figures(alice, draft, rings):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    why = "Stopped because 30 of 300 addresses do not exist (10.0 %)."
    Campaign.objects.filter(pk=draft.pk).update(
        status="paused", pause_cause="breaker", pause_reason=why
    )
    Alarm.objects.create(campaign=draft, cause="hard_bounces", counted=30, handed=300)
    shown = page(alice, draft)
    assert why in shown
    assert "Remove people who never opened" in shown
    assert f'name="ask" value="{why}' in shown
    assert "Counting begins anew" in shown
    post(alice, "resume", draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.pause_cause) == ("sending", "")
    alarm = Alarm.objects.get()
    assert alarm.lifted_at is not None
    assert alarm.lifted_by is not None
    assert alarm.lifted_by.email == "alice@example.org"


def test_a_part_that_is_held_can_be_tried_again(alice, sending, rings):
    contact = world.make_contact(sending.workspace, email="a@gmail.com")
    stage.make_delivery(sending, contact)
    Alarm.objects.create(campaign=sending, cause="blocks", mailbox="gmail", counted=36, handed=300)
    holding.hold(sending.pk, "gmail")
    shown = page(alice, sending)
    assert "Gmail refused 36 of 300 mails as unwanted (12.0 %)" in shown
    assert "1 person waits." in shown
    assert "Try Gmail again now" in shown
    assert "It waits for you: try it again" in shown
    Alarm.objects.update(tries=4)
    assert "It was tried again 4 times, and refused. Now it waits" in page(alice, sending)
    at = timezone.now() + timedelta(hours=4)
    Alarm.objects.update(retry_at=at)
    said = f"{at:%-d %b, %H:%M} (UTC)."
    assert f"A few of them are tried again on {said}" in page(alice, sending)
    Alarm.objects.update(released=20)
    again = page(alice, sending)
    assert f"20 mails are being tried again. If they are taken, more follow on {said}" in again
    assert "what is left waits for its mailbox provider" in shown
    assert "2126" not in shown
    post(alice, "resume_mailbox", sending.pk, mailbox="yahoo")
    post(alice, "resume_mailbox", sending.pk, mailbox="nobody knows")
    assert not Delivery.objects.claimable().exists()
    post(alice, "resume_mailbox", sending.pk, mailbox="gmail")
    assert Delivery.objects.claimable().exists()
    assert rings == [sending.pk]
    assert actions() == ["mailbox_resumed"]


def test_a_reader_sees_and_does_not_touch(client, sending):
    client.force_login(world.make_member(sending.workspace, role="reader"))
    Canary.objects.create(campaign=sending, size=2)
    shown = page(client, sending)
    assert "get it first" in shown
    assert "Send the rest now" not in shown
    assert post(client, "send_rest", sending.pk).status_code == 403
    assert client.get(reverse("sending:pace", args=[sending.sender_id])).status_code == 200
