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
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from campaigns.accounts.models import Provider
from campaigns.sending import provider_events
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
}


def has_door(provider: Provider) -> bool:
    """Whether this kind of provider tells what becomes of mails."""
    return provider.kind in _VIEWS


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
    before = provider_events.speaking.set(provider)
    try:
        return _view(provider)(request)
    except (ImproperlyConfigured, AnymailWebhookValidationFailure) as error:
        # A signature is wrong, or there is no key to check it with: stay closed. Amazon's
        # first message, which a person has to confirm, comes here too: its token is told.
        logger.warning("Provider %s was not let in: %s", provider.pk, error)
        return HttpResponse(status=403)
    except (AnymailError, ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning("Provider %s told what cannot be read: %r", provider.pk, error)
        return HttpResponse("not an event we can read", status=400, content_type="text/plain")
    finally:
        provider_events.speaking.reset(before)


def _view(provider: Provider) -> Callable[[HttpRequest], HttpResponse]:
    base = import_string(f"anymail.webhooks.{_VIEWS[provider.kind]}")
    # Our secret is in the address, so the lack of a password is no news.
    quiet: Any = type(base.__name__, (base,), {"warn_if_no_basic_auth": False})
    view: Callable[[HttpRequest], HttpResponse] = quiet.as_view(**_keys(provider))
    return view


def _keys(provider: Provider) -> dict[str, Any]:
    """The signing keys that anymail checks signatures with, where the provider signs."""
    known = provider.credentials
    match provider.kind:
        case Provider.Kind.MAILGUN:
            key = known.get("webhook_signing_key") or known.get("api_key")
            return {"webhook_signing_key": key} if key else {}
        case Provider.Kind.RESEND if known.get("signing_secret"):
            return {"signing_secret": known["signing_secret"]}
        case _:
            return {}


def _secret(door: Door) -> str:
    """Derived, so that a copy of the database alone opens no door."""
    return hashlib.blake2b(
        f"{door.provider_id}:{door.nonce}".encode(),
        digest_size=24,
        key=hashlib.sha256(settings.SECRET_KEY.encode()).digest(),
        person=b"candid.webhook",
    ).hexdigest()
