"""Providers' events: doors closed by default, facts the same in any order, kept once."""

import hashlib
import hmac
import itertools
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import suppression as stopping
from campaigns.audience.models import Subscription, Suppression
from campaigns.sending import sns, webhooks
from campaigns.sending.models import Delivery, Door, ProviderEvent, Topic
from tests import world
from tests.sending import amazon
from tests.sending.telling import hard_bounce, make_provider, postmark_event, tell

pytestmark = pytest.mark.django_db


def test_a_provider_without_a_door_is_not_heard(client, workspace, delivery):
    provider = make_provider(workspace)
    path = reverse("sending:provider_events", args=[provider.pk, "a" * 48])
    answer = client.post(path, json.dumps(hard_bounce(delivery)), content_type="application/json")
    assert answer.status_code == 404
    assert not ProviderEvent.objects.exists()


def test_the_wrong_secret_is_not_heard_and_a_new_one_closes_the_old(client, workspace, delivery):
    provider = make_provider(workspace)
    old = webhooks.open_door(provider)
    assert webhooks.behind(provider.pk, "a" * 48) is None
    assert webhooks.behind(provider.pk, "") is None
    webhooks.open_door(provider)
    answer = client.post(old, json.dumps(hard_bounce(delivery)), content_type="application/json")
    assert answer.status_code == 404
    webhooks.close_door(provider)
    assert not Door.objects.exists()


def test_a_get_takes_nothing_in(client, workspace):
    assert client.get(webhooks.open_door(make_provider(workspace))).status_code == 405


def test_delivered_is_noted(client, workspace, delivery):
    assert tell(client, make_provider(workspace), postmark_event(delivery)).status_code == 200
    delivery.refresh_from_db()
    assert delivery.delivered_at.isoformat() == "2026-03-01T10:00:00+00:00"
    event = ProviderEvent.objects.get()
    assert (event.kind, event.delivery) == ("delivered", delivery)


def test_a_hard_bounce_stops_all_mail_to_the_address(client, workspace, delivery):
    tell(client, make_provider(workspace), hard_bounce(delivery))
    delivery.refresh_from_db()
    assert delivery.hard_bounced_at is not None
    suppression = Suppression.objects.get()
    assert suppression.reason == "hard_bounce"
    assert bytes(suppression.fingerprint) == bytes(delivery.contact.fingerprint)
    assert suppression.campaign_id == delivery.campaign_id


@pytest.mark.parametrize("before", [(), ("manual",), ("unsubscribed_all", "hard_bounce")])
def test_a_complaint_ends_each_list_in_the_ledger_once(client, workspace, delivery, before):
    news, other = world.make_list(workspace, name="News"), world.make_list(workspace, name="Other")
    person = delivery.contact
    person.subscriptions.all().delete()
    for one in (news, other):
        Subscription.objects.create(workspace=workspace, list=one, contact=person)
    other.subscriptions.all().end()
    for reason in before:
        stopping.suppress(workspace.pk, [person.fingerprint], reason)
    provider = make_provider(workspace)
    event = postmark_event(delivery, "SpamComplaint", Type="SpamComplaint", Email=delivery.address)
    for _twice in range(2):
        tell(client, provider, event)
    [line] = person.consent_entries.all()
    assert (line.purpose, line.state, line.source) == ("mail", "withdrawn", "complaint")
    assert line.evidence == {"list": news.pk, "name": "News", "campaign": delivery.campaign_id}
    reasons = set(Suppression.objects.values_list("reason", flat=True))
    assert reasons == {*before, "complaint"}


@pytest.mark.parametrize("kind", ["Transient", "SoftBounce", "DnsError"])
def test_a_full_mailbox_stops_nothing(client, workspace, delivery, kind):
    event = hard_bounce(delivery, Type=kind)
    tell(client, make_provider(workspace), event)
    delivery.refresh_from_db()
    assert delivery.soft_bounced_at is not None
    assert not Suppression.objects.exists()


def test_a_complaint_stops_all_mail_to_the_address(client, workspace, delivery):
    event = postmark_event(delivery, "SpamComplaint", Type="SpamComplaint", Email=delivery.address)
    tell(client, make_provider(workspace), event)
    delivery.refresh_from_db()
    assert delivery.complained_at is not None
    assert Suppression.objects.get().reason == "complaint"


def test_events_in_any_order_and_doubled_leave_the_same_facts(client, workspace, delivery):
    provider = make_provider(workspace)
    events = [
        postmark_event(delivery),
        postmark_event(delivery, DeliveredAt="2026-03-01T09:00:00Z"),
        hard_bounce(delivery),
        postmark_event(
            delivery, "SpamComplaint", Type="SpamComplaint", Email=delivery.address, ID=2
        ),
    ]
    found = set()
    names = ("delivered_at", "hard_bounced_at", "complained_at", "soft_bounced_at")
    for order in itertools.permutations(events):
        Delivery.objects.update(**dict.fromkeys(names))
        ProviderEvent.objects.all().delete()
        Suppression.objects.all().delete()
        for event in (*order, *order):
            assert tell(client, provider, event).status_code == 200
        assert ProviderEvent.objects.count() == 4
        found.add(Delivery.objects.values_list(*names).get())
    assert len(found) == 1
    assert found.pop()[0].hour == 9


def test_an_event_may_not_speak_of_another_workspaces_mail(client, delivery):
    stranger = make_provider(world.make_workspace())
    assert tell(client, stranger, hard_bounce(delivery)).status_code == 200
    assert not ProviderEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_an_event_about_another_recipient_is_not_believed(client, workspace, delivery):
    event = hard_bounce(delivery, Email="someone@example.net", Recipient="someone@example.net")
    tell(client, make_provider(workspace), event)
    assert not ProviderEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_a_provider_may_not_speak_of_a_mail_that_another_took(client, workspace, delivery):
    took, other = make_provider(workspace), make_provider(workspace)
    Delivery.objects.update(provider_id=took.pk)
    tell(client, other, hard_bounce(delivery))
    assert not ProviderEvent.objects.exists()
    tell(client, took, hard_bounce(delivery))
    assert ProviderEvent.objects.exists()


def test_of_a_mail_that_was_sent_again_whoever_had_it_first_may_still_speak(
    client, workspace, delivery
):
    first, second = make_provider(workspace), make_provider(workspace)
    Delivery.objects.update(provider_id=second.pk, resends=1)
    tell(client, first, hard_bounce(delivery))
    assert ProviderEvent.objects.get().delivery == delivery
    assert Suppression.objects.exists()


def test_without_our_name_the_providers_own_id_is_enough(client, workspace, delivery):
    tell(client, make_provider(workspace), postmark_event(delivery, Metadata={}))
    assert ProviderEvent.objects.get().delivery == delivery


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"RecordType": 5}'])
def test_what_is_no_event_is_refused_or_ignored_and_never_an_error(client, workspace, body):
    url = webhooks.open_door(make_provider(workspace))
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code in (200, 400)
    assert not ProviderEvent.objects.exists()


def test_mailguns_signature_is_checked_behind_its_door(client, workspace, delivery):
    provider = make_provider(workspace, "mailgun", api_key="key", webhook_signing_key="signing")
    data = {
        "event": "failed",
        "severity": "permanent",
        "id": "e1",
        "timestamp": 1772359200.0,
        "recipient": delivery.address,
        "reason": "bounce",
        "user-variables": {"delivery": delivery.uuid.hex},
        "message": {"headers": {"message-id": "m1"}},
        "delivery-status": {"code": 550, "message": "no such user"},
    }
    signature = {"token": "t", "timestamp": "1772359200"}
    forged = {"signature": signature | {"signature": "00"}, "event-data": data}
    assert tell(client, provider, forged).status_code == 403
    right = hmac.new(b"signing", b"1772359200t", hashlib.sha256).hexdigest()
    signed = {"signature": signature | {"signature": right}, "event-data": data}
    assert tell(client, provider, signed).status_code == 200
    assert ProviderEvent.objects.get().kind == "bounced"
    assert Suppression.objects.exists()


def test_mailgun_without_a_key_stays_closed(client, workspace, delivery):
    provider = make_provider(workspace, "mailgun")
    assert tell(client, provider, {"signature": {}, "event-data": {}}).status_code == 403


@pytest.mark.parametrize(("bounce_type", "stopped"), [("Permanent", True), ("Transient", False)])
def test_amazon_tells_through_sns(client, workspace, delivery, bounce_type, stopped, monkeypatch):
    provider = make_provider(workspace, "amazon_ses", region="eu-west-1")
    mail = {
        "messageId": "ses-1",
        "destination": [delivery.address],
        "headers": [{"name": "X-Metadata", "value": json.dumps({"delivery": delivery.uuid.hex})}],
    }
    bounce = {
        "bounceType": bounce_type,
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": delivery.address, "diagnosticCode": "550 5.1.1"}],
        "timestamp": "2026-03-01T10:00:00Z",
        "feedbackId": "f1",
    }
    message = {"notificationType": "Bounce", "mail": mail, "bounce": bounce}
    Topic.objects.create(provider=provider, arn=amazon.TOPIC, confirmed_at=timezone.now())
    monkeypatch.setattr(sns, "fetch", lambda url: amazon.certificate())
    door = webhooks.open_door(provider)
    told = amazon.message(Message=json.dumps(message))
    answer = client.post(door, **amazon.request(told))
    assert answer.status_code == 200
    assert Suppression.objects.exists() is stopped
    delivery.refresh_from_db()
    assert (delivery.hard_bounced_at is not None) is stopped
    assert (delivery.soft_bounced_at is not None) is not stopped


def test_who_leaves_at_the_provider_leaves_here(client, workspace, delivery):
    event = {
        "RecordType": "SubscriptionChange",
        "MessageID": "pm-1",
        "Recipient": delivery.address,
        "ChangedAt": "2026-03-01T10:00:00Z",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
        "Metadata": {"delivery": delivery.uuid.hex},
    }
    tell(client, make_provider(workspace), event)
    assert Subscription.objects.get().status == "unsubscribed"


def test_only_an_owner_opens_a_door(workspace, member, alice):
    provider = make_provider(workspace)
    page = reverse("sending:door", args=[provider.pk])
    assert "Open it" in alice.get(page).text
    assert alice.post(page, {"open": "yes"}).status_code == 302
    assert webhooks.address(Door.objects.get()) in alice.get(page).text
    marketer = world.make_member(workspace, role="marketer")
    other = Client()
    other.force_login(marketer)
    assert other.get(page).status_code == 403
    alice.post(page, {"close": "yes"})
    assert not Door.objects.exists()


def test_another_workspaces_provider_has_no_page_here(stranger, workspace):
    page = reverse("sending:door", args=[make_provider(workspace).pk])
    assert stranger.get(page).status_code == 404
