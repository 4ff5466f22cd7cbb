"""Every kind of provider's door: closed without its secret, whatever is knocked with."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.urls import reverse

from campaigns.sending import webhooks
from campaigns.sending.models import ProviderEvent
from tests.sending.provider_wires import WIRES
from tests.sending.telling import make_provider

KINDS = [kind for kind in WIRES if kind != "scaleway"]
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())

pytestmark = pytest.mark.django_db


def one_line(key) -> str:
    """A public key without the words round it, as providers show it."""
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "".join(pem.decode().splitlines()[1:-1])


def hex_hmac(body: bytes) -> str:
    return hmac.new(b"secret", body, hashlib.sha256).hexdigest()


def svix(body: bytes, *, at: int | None = None, key: bytes = b"secret") -> dict[str, str]:
    stamp = str(at or int(time.time()))
    signed = hmac.new(key, f"m1.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "svix-id": "m1",
        "svix-timestamp": stamp,
        "svix-signature": f"v1,other v1,{base64.b64encode(signed).decode()}",
    }


def test_every_kind_that_tells_is_here():
    assert set(KINDS) == set(webhooks._VIEWS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("secret", ["", "0" * 48, "x"])
def test_without_the_secret_in_the_address_no_door_opens(client, workspace, kind, secret):
    provider = make_provider(workspace, kind, **WIRES[kind].credentials)
    webhooks.open_door(provider)
    path = reverse("sending:provider_events", args=[provider.pk, secret or "-"])
    for body in (b"", b"{}", b"[]"):
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code == 404


@pytest.mark.parametrize("kind", webhooks.NEEDED_KEYS)
@pytest.mark.parametrize("key", [None, ""])
def test_a_door_that_needs_a_key_stays_closed_without_one(client, workspace, kind, key):
    """An empty key would sign for everybody."""
    known = WIRES[kind].credentials | {webhooks.NEEDED_KEYS[kind]: key}
    door = webhooks.open_door(make_provider(workspace, kind, **known))
    empty = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    headers = {"signature": empty, "x-mandrill-signature": "", "x-postal-signature": ""}
    answer = client.post(door, b"{}", content_type="application/json", headers=headers)
    assert answer.status_code == 403
    # Mandrill shows its key only once it has seen that somebody is here.
    assert client.head(door).status_code == 200
    assert not ProviderEvent.objects.exists()


def mandrill_form() -> bytes:
    return urlencode({"mandrill_events": "[]"}).encode()


def mandrill_signature(door: str) -> dict[str, str]:
    signed = hmac.new(b"secret", f"{door}mandrill_events[]".encode(), hashlib.sha1).digest()
    return {"x-mandrill-signature": base64.b64encode(signed).decode()}


UNISENDER = json.dumps({"auth": "secret", "events_by_user": []}).encode()

SIGNED = {
    "mailersend": (
        {"signing_secret": "secret"},
        b'{"type": "x", "data": {}, "created_at": "2026-03-01T10:00:00Z"}',
        lambda body, door: {"signature": hex_hmac(body)},
    ),
    "mailtrap": (
        {"tracking_secret": "secret"},
        b'{"events": []}',
        lambda body, door: {"mailtrap-signature": hex_hmac(body)},
    ),
    "postal": (
        {"webhook_key": one_line(RSA)},
        b'{"event": "MessageSent", "payload": {}}',
        lambda body, door: {
            "x-postal-signature": base64.b64encode(
                RSA.sign(body, padding.PKCS1v15(), hashes.SHA1())
            ).decode()
        },
    ),
    "sendgrid": (
        {"tracking_webhook_verification_key": one_line(CURVE)},
        b"[]",
        lambda body, door: {
            "x-twilio-email-event-webhook-timestamp": "1",
            "x-twilio-email-event-webhook-signature": base64.b64encode(
                CURVE.sign(b"1" + body, ec.ECDSA(hashes.SHA256()))
            ).decode(),
        },
    ),
    "resend": (
        {"signing_secret": "whsec_" + base64.b64encode(b"secret").decode()},
        b'{"type": "x", "created_at": "2026-03-01T10:00:00Z", "data": {"email_id": "1", "to": []}}',
        lambda body, door: svix(body),
    ),
    "mandrill": (
        {"webhook_key": "secret"},
        mandrill_form(),
        lambda body, door: mandrill_signature(door),
    ),
    "unisender_go": (
        {"api_key": "secret"},
        UNISENDER.replace(b"secret", hashlib.md5(UNISENDER).hexdigest().encode()),
        lambda body, door: {},
    ),
}


@pytest.mark.parametrize("kind", SIGNED)
def test_what_the_provider_signed_is_taken_in_and_nothing_else(client, workspace, kind):
    keys, body, sign = SIGNED[kind]
    provider = make_provider(workspace, kind, **(WIRES[kind].credentials | keys))
    door = webhooks.open_door(provider)
    how = "application/x-www-form-urlencoded" if kind == "mandrill" else "application/json"
    path = door.removeprefix("http://127.0.0.1:8000")

    def knock(body, headers):
        return client.post(path, body, content_type=how, headers=headers).status_code

    assert knock(body, sign(body, door)) in (200, 400)
    if kind != "unisender_go":
        assert knock(body, {}) == 403
        assert knock(body + b" ", sign(b"something else", door)) == 403
    assert knock(body.replace(b"e", b"E", 3), {}) == 403


@pytest.mark.parametrize(
    "headers",
    [
        lambda body: svix(body, at=int(time.time()) - 301),
        lambda body: svix(body, at=int(time.time()) + 301),
        lambda body: svix(body, key=b""),
        lambda body: svix(body) | {"svix-timestamp": "soon"},
        lambda body: svix(body) | {"svix-id": "m2"},
    ],
)
def test_a_signature_of_another_time_or_key_is_worth_nothing(client, workspace, headers):
    keys, body, _sign = SIGNED["resend"]
    door = webhooks.open_door(make_provider(workspace, "resend", **keys))
    answer = client.post(door, body, content_type="application/json", headers=headers(body))
    assert answer.status_code == 403


def test_an_unusable_secret_opens_nothing(client, workspace):
    door = webhooks.open_door(make_provider(workspace, "resend", signing_secret="whsec_§"))
    body = SIGNED["resend"][1]
    answer = client.post(door, body, content_type="application/json", headers=svix(body, key=b""))
    assert answer.status_code == 403


def test_one_that_looks_before_it_tells_may_look(client, workspace):
    door = webhooks.open_door(make_provider(workspace, "unisender_go", api_key="secret"))
    assert client.get(door).status_code == 200
    assert not ProviderEvent.objects.exists()


def test_the_page_says_which_key_is_missing(alice, workspace):
    provider = make_provider(workspace, "mailgun", api_key="key")
    webhooks.open_door(provider)
    page = f"/settings/providers/{provider.pk}/events/"
    assert "the key to check it with is missing" in alice.get(page).text
    provider.credentials = {"api_key": "key", "webhook_signing_key": "signing"}
    provider.save()
    assert "the key to check it with is missing" not in alice.get(page).text


def test_a_provider_that_tells_nothing_offers_no_door(alice, workspace):
    scaleway, brevo = (
        make_provider(workspace, kind, api_key="x") for kind in ("scaleway", "brevo")
    )
    assert "Bounces and complaints" not in alice.get(f"/settings/providers/{scaleway.pk}/").text
    assert alice.get(f"/settings/providers/{scaleway.pk}/events/").status_code == 404
    assert "Bounces and complaints" in alice.get(f"/settings/providers/{brevo.pk}/").text
