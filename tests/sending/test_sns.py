"""Amazon's notifications: forged, stale and uninvited ones are turned away at the door."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from campaigns.accounts import outbound
from campaigns.sending import sns, webhooks
from campaigns.sending.models import Delivery, ProviderEvent, Topic
from tests import world
from tests.sending import amazon, stage
from tests.sending.telling import make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(monkeypatch) -> amazon.Amazon:
    """Amazon's addresses, which no test could reach."""
    found = amazon.Amazon()
    monkeypatch.setattr("requests.get", found.get)
    monkeypatch.setattr(outbound, "addresses", lambda host, port: ["203.0.113.1"])
    sns._certificate.cache_clear()
    return found


@pytest.fixture
def provider(workspace):
    return make_provider(workspace, "amazon_ses", region="eu-west-1")


@pytest.fixture
def door(provider) -> str:
    return webhooks.open_door(provider)


@pytest.fixture
def topic(provider) -> Topic:
    return Topic.objects.create(provider=provider, arn=amazon.TOPIC, confirmed_at=datetime.now(UTC))


@pytest.fixture
def delivery(workspace) -> Delivery:
    stage.make_sending(workspace, people=1)
    stage.become(Delivery.objects.all(), "sent", message_id="ses-1")
    return Delivery.objects.get()


def delivered(delivery) -> str:
    mail = {
        "messageId": "ses-1",
        "destination": [delivery.address],
        "headers": [{"name": "X-Metadata", "value": json.dumps({"delivery": delivery.uuid.hex})}],
    }
    at = "2026-03-01T10:00:00Z"
    return json.dumps(
        {
            "notificationType": "Delivery",
            "mail": mail,
            "delivery": {"timestamp": at, "recipients": [delivery.address]},
        }
    )


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_amazon_signed_is_believed_and_twice_is_once(
    client, site, door, topic, delivery, version
):
    told = amazon.message(Message=delivered(delivery), version=version)
    for _ in range(2):
        assert client.post(door, **amazon.request(told)).status_code == 200
    assert ProviderEvent.objects.get().kind == "delivered"
    assert site.asked == [amazon.CERTIFICATE]


STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORGED = {
    "another text": lambda told: told | {"Message": "{}"},
    "another topic": lambda told: told | {"TopicArn": amazon.TOPIC + "x"},
    "another key": lambda told: told | {"Signature": amazon.sign(told, STRANGER)},
    "no signature": lambda told: told | {"Signature": ""},
    "not base64": lambda told: told | {"Signature": "§§§"},
    "another version": lambda told: told | {"SignatureVersion": "3"},
    "no version": lambda told: {k: v for k, v in told.items() if k != "SignatureVersion"},
    "no certificate": lambda told: {k: v for k, v in told.items() if k != "SigningCertURL"},
    "another type": lambda told: told | {"Type": "Gift"},
    "no words": lambda told: [],
    "numbers": lambda told: told | {"Message": 1},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_amazon_did_not_sign_is_turned_away(client, site, door, topic, delivery, forge):
    told = forge(amazon.message(Message=delivered(delivery)))
    request = amazon.request(told if isinstance(told, dict) else {})
    answer = client.post(door, **(request | {"data": json.dumps(told)}))
    assert answer.status_code == 403
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.com/SimpleNotificationService-0123abcd.pem",
        "https://sns.amazonaws.com.evil/SimpleNotificationService-0123abcd.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.com/SimpleNotificationService-0123abcd.pem",
        "https://evil.com/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.com/SimpleNotificationService-0123abcd.pem",
        "https://a:b@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123abcd.pem",
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem",
        "https://bucket.s3.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem",
        "https://sns.eu-west-1.amazonaws.com/?Action=Publish&x=SimpleNotificationService-0.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem?x=1",
        "https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-0123abcd.pem",
        "file:///etc/passwd",
        "https://[::1/",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(client, site, door, topic, url):
    told = amazon.message(SigningCertURL=url)
    assert client.post(door, **amazon.request(told)).status_code == 403
    assert site.asked == []


def test_a_certificate_that_has_run_out_proves_nothing(client, site, door, topic):
    site.pages[amazon.CERTIFICATE] = amazon.certificate(days=-1)
    assert client.post(door, **amazon.request(amazon.message())).status_code == 403
    site.pages[amazon.CERTIFICATE] = b"not a certificate"
    sns._certificate.cache_clear()
    assert client.post(door, **amazon.request(amazon.message())).status_code == 403


@pytest.mark.parametrize(
    "at",
    [
        datetime.now(UTC) - timedelta(hours=25),
        datetime.now(UTC) + timedelta(hours=1),
        "yesterday",
        "",
        "2026-03-01T10:00:00",
    ],
)
def test_a_message_of_another_day_is_turned_away(client, site, door, topic, at):
    told = amazon.message(Timestamp=at if isinstance(at, str) else at.isoformat())
    assert client.post(door, **amazon.request(told)).status_code == 403


def test_a_topic_that_nobody_let_in_is_not_believed(client, site, door, provider, delivery):
    told = amazon.message(Message=delivered(delivery))
    assert client.post(door, **amazon.request(told)).status_code == 403
    Topic.objects.create(provider=provider, arn=amazon.TOPIC)
    assert client.post(door, **amazon.request(told)).status_code == 403
    assert not ProviderEvent.objects.exists()


def test_a_subscription_waits_for_the_owners_click(client, site, door, provider, member):
    told = amazon.message("SubscriptionConfirmation")
    for _ in range(2):
        assert client.post(door, **amazon.request(told)).status_code == 200
    topic = Topic.objects.get()
    assert (topic.arn, topic.confirmed_at) == (amazon.TOPIC, None)
    assert site.asked == [amazon.CERTIFICATE]
    alice = Client()
    alice.force_login(member)
    page = f"/settings/providers/{provider.pk}/events/"
    assert amazon.TOPIC in alice.get(page).text
    site.pages[told["SubscribeURL"]] = b"<ConfirmSubscriptionResponse/>"
    alice.post(f"/settings/topics/{topic.pk}/", {"let_in": "yes"})
    topic.refresh_from_db()
    assert topic.confirmed_at is not None
    assert site.asked[-1] == told["SubscribeURL"]
    alice.post(f"/settings/topics/{topic.pk}/", {"forget": "yes"})
    assert not Topic.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:8000/",
        f"https://evil.com/?Action=ConfirmSubscription&TopicArn={amazon.TOPIC}",
        f"{amazon.HOST}/?Action=DeleteTopic&TopicArn={amazon.TOPIC}",
        f"{amazon.HOST}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:other",
        f"{amazon.HOST}/?Action=ConfirmSubscription&Action=Publish&TopicArn={amazon.TOPIC}",
        f"{amazon.HOST}/path?Action=ConfirmSubscription&TopicArn={amazon.TOPIC}",
    ],
)
def test_nothing_but_a_confirmation_is_ever_fetched(alice, site, provider, url):
    topic = Topic.objects.create(provider=provider, arn=amazon.TOPIC, subscribe_url=url)
    page = f"/settings/topics/{topic.pk}/"
    answer = alice.post(page, {"let_in": "yes"}, follow=True)
    assert "It was not confirmed" in answer.text
    topic.refresh_from_db()
    assert topic.confirmed_at is None
    assert site.asked == []


def test_amazons_no_is_shown(alice, site, provider):
    url = amazon.message("SubscriptionConfirmation")["SubscribeURL"]
    topic = Topic.objects.create(provider=provider, arn=amazon.TOPIC, subscribe_url=url)
    page = f"/settings/topics/{topic.pk}/"
    assert "404" in alice.post(page, {"let_in": "yes"}, follow=True).text


def test_a_topic_is_the_owners_business(site, provider, stranger, workspace):
    topic = Topic.objects.create(provider=provider, arn=amazon.TOPIC)
    page = f"/settings/topics/{topic.pk}/"
    assert stranger.post(page, {"let_in": "yes"}).status_code == 404
    marketer = Client()
    marketer.force_login(world.make_member(workspace, role="marketer"))
    assert marketer.post(page, {"let_in": "yes"}).status_code == 403


def test_who_can_make_amazon_ask_cannot_fill_the_page(client, site, door):
    for n in range(25):
        arn = f"{amazon.TOPIC}{n}"
        client.post(
            door, **amazon.request(amazon.message("SubscriptionConfirmation", TopicArn=arn))
        )
    assert Topic.objects.count() == 20


def test_an_answer_that_breaks_off_is_no_answer(monkeypatch):
    """A real server that promises more than it sends: urllib3 tells that in a way of its own."""
    get = requests.get

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")

        def log_message(self, *args):
            """Say nothing."""

    monkeypatch.setattr(outbound, "addresses", lambda host, port: ["203.0.113.1"])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr("requests.get", lambda _url, **options: get(here, **options))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(sns.SnsError, match="cannot be asked"):
            sns.fetch(amazon.CERTIFICATE)
        server.shutdown()
