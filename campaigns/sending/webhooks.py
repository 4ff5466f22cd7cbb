"""The doors through which providers tell what became of our mails. Closed unless opened.

Each provider has a door of its own, with a secret in its address; anymail reads what comes
in, and checks the provider's own signature where there is one.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from campaigns.accounts.encryption import EncryptionError
from campaigns.accounts.models import Provider
from campaigns.sending import provider_events, sns, svix, topics
from campaigns.sending.models import Door

logger = logging.getLogger(__name__)

_VIEWS: Mapping[str, str] = {
    Provider.Kind.MAILGUN: "mailgun.MailgunTrackingWebhookView",
    Provider.Kind.POSTMARK: "postmark.PostmarkTrackingWebhookView",
    Provider.Kind.AMAZON_SES: "amazon_ses.AmazonSESTrackingWebhookView",
    Provider.Kind.BREVO: "brevo.BrevoTrackingWebhookView",
    Provider.Kind.MAILJET: "mailjet.MailjetTrackingWebhookView",
    Provider.Kind.SENDGRID: "sendgrid.SendGridTrackingWebhookView",
    Provider.Kind.SPARKPOST: "sparkpost.SparkPostTrackingWebhookView",
    Provider.Kind.RESEND: "resend.ResendTrackingWebhookView",
    Provider.Kind.MAILERSEND: "mailersend.MailerSendTrackingWebhookView",
    Provider.Kind.MAILTRAP: "mailtrap.MailtrapTrackingWebhookView",
    Provider.Kind.MANDRILL: "mandrill.MandrillCombinedWebhookView",
    Provider.Kind.POSTAL: "postal.PostalTrackingWebhookView",
    Provider.Kind.UNISENDER_GO: "unisender_go.UnisenderGoTrackingWebhookView",
}
# Without these we could not tell who speaks: their doors stay closed.
NEEDED_KEYS: Mapping[str, str] = {
    Provider.Kind.MAILGUN: "webhook_signing_key",
    Provider.Kind.MAILERSEND: "signing_secret",
    Provider.Kind.MANDRILL: "webhook_key",
    Provider.Kind.POSTAL: "webhook_key",
    Provider.Kind.UNISENDER_GO: "api_key",
}
# Checked where the provider was told to sign; its address is secret in any case.
_USEFUL_KEYS: Mapping[str, str] = {
    Provider.Kind.SENDGRID: "tracking_webhook_verification_key",
    Provider.Kind.MAILTRAP: "tracking_secret",
}
_CLOSED = (
    ImproperlyConfigured,
    AnymailWebhookValidationFailure,
    sns.SnsError,
    svix.SvixError,
    EncryptionError,
)
# What anymail's readers raise on what they do not expect.
_UNREADABLE = (AnymailError, ValueError, LookupError, TypeError, AttributeError, AssertionError)


def has_door(provider: Provider) -> bool:
    """Whether this kind of provider tells what becomes of mails."""
    return provider.kind in _VIEWS


def lacks_key(provider: Provider) -> bool:
    """Whether the door stays closed until the provider's signing key is entered."""
    name = NEEDED_KEYS.get(provider.kind)
    return name is not None and not provider.credentials.get(name)


def open_door(provider: Provider) -> str:
    """Open the provider's door, and return its address. A new secret closes an old one."""
    door, _made = Door.objects.update_or_create(
        provider=provider, defaults={"nonce": secrets.token_hex(16)}
    )
    return address(door)


def close_door(provider: Provider) -> None:
    """Take nothing more from this provider."""
    Door.objects.filter(provider=provider).delete()


def address(door: Door) -> str:
    """Return the address to enter at the provider."""
    path = reverse("sending:provider_events", args=[door.provider_id, _secret(door)])
    return f"{settings.PUBLIC_URL}{path}"


def behind(provider_id: int, secret: str) -> Provider | None:
    """Return the provider whose open door has this secret, or None."""
    doors = Door.objects.select_related("provider").filter(provider=provider_id)
    door = doors.first()
    if door is None or not constant_time_compare(_secret(door), secret):
        return None
    return door.provider if has_door(door.provider) else None


def take_in(provider: Provider, request: HttpRequest) -> HttpResponse:
    """Let anymail read the request, and its events reach `provider_events.receive`."""
    if request.method != "POST":
        return _look(provider, request)
    before = provider_events.speaking.set(provider)
    try:
        if not _is_to_be_read(provider, request):
            return HttpResponse()
        return _view(provider)(request)
    except _CLOSED as error:
        # A signature is wrong, or there is no key to check it with: stay closed.
        logger.warning("Provider %s was not let in: %s", provider.pk, error)
        return HttpResponse(status=403)
    except _UNREADABLE as error:
        logger.warning("Provider %s told what cannot be read: %r", provider.pk, error)
        return HttpResponse("not an event we can read", status=400, content_type="text/plain")
    finally:
        provider_events.speaking.reset(before)


def _look(provider: Provider, request: HttpRequest) -> HttpResponse:
    """Some providers look whether we are there before they tell, and before they have a key."""
    if request.method == "HEAD" or provider.kind == Provider.Kind.UNISENDER_GO:
        return HttpResponse()
    return HttpResponseNotAllowed(["POST", "HEAD"])


def _view(provider: Provider) -> Callable[[HttpRequest], HttpResponse]:
    base = import_string(f"anymail.webhooks.{_VIEWS[provider.kind]}")
    # Our secret is in the address, so the lack of a password is no news.
    quiet: Any = type(base.__name__, (base,), {"warn_if_no_basic_auth": False})
    view: Callable[[HttpRequest], HttpResponse] = quiet.as_view(**_keys(provider))
    return view


def _is_to_be_read(provider: Provider, request: HttpRequest) -> bool:
    """Check what anymail does not check. Raises one of `_CLOSED`."""
    match provider.kind:
        case Provider.Kind.AMAZON_SES:
            return topics.hear(provider, request.body)
        case Provider.Kind.RESEND if provider.credentials.get("signing_secret"):
            svix.check(str(provider.credentials["signing_secret"]), request.headers, request.body)
    return True


def _keys(provider: Provider) -> dict[str, Any]:
    """The keys that anymail checks signatures with, where the provider signs."""
    known = provider.credentials
    name = NEEDED_KEYS.get(provider.kind)
    if name is not None:
        if not known.get(name):
            raise ImproperlyConfigured(f"there is no {name} to check signatures with")
        # Mandrill signs the address too, and a proxy may have changed the one we see.
        url = {"webhook_url": address(provider.door)} if name == "webhook_key" else {}
        return {name: known[name]} | (url if provider.kind == Provider.Kind.MANDRILL else {})
    useful = _USEFUL_KEYS.get(provider.kind, "")
    return {useful: known[useful]} if known.get(useful) else {}


def _secret(door: Door) -> str:
    """Derived, so that a copy of the database alone opens no door."""
    return hashlib.blake2b(
        f"{door.provider_id}:{door.nonce}".encode(),
        digest_size=24,
        key=hashlib.sha256(settings.SECRET_KEY.encode()).digest(),
        person=b"candid.webhook",
    ).hexdigest()
