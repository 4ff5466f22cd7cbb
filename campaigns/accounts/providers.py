"""What each kind of provider has to know, as one table.

The settings form, the sealed credentials and the mailers all read it; a new provider is a
row here. Names are keys of `Provider.credentials`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Provider

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    Text: TypeAlias = str | StrPromise


class Format(Enum):
    """What may be written in a field."""

    TEXT = "text"
    HOST = "host"
    PORT = "port"
    URL = "url"


@dataclass(frozen=True)
class Field:
    """One thing a provider has to know."""

    name: str
    label: Text
    help: Text = ""
    format: Format = Format.TEXT
    # Written once, never shown again but for its last four characters.
    secret: bool = False
    required: bool = True
    default: str | int = ""
    choices: tuple[tuple[str, Text], ...] = ()


def _api_key(help: Text = "") -> Field:
    return Field("api_key", _("API key"), help, secret=True)


def _api_url(default: str, help: Text = "") -> Field:
    return Field("api_url", _("API address"), help, Format.URL, default=default)


def _signs_events(name: str, label: Text, help: Text) -> Field:
    """The key that the provider signs what it tells us with."""
    return Field(name, label, help, secret=True, required=False)


_SMTP = (
    Field("host", _("Server"), _("For example smtp.example.org."), Format.HOST),
    Field(
        "port",
        _("Port"),
        _("587 for STARTTLS, 465 for TLS."),
        Format.PORT,
        default=587,
    ),
    Field(
        "security",
        _("Encryption"),
        default="starttls",
        choices=(
            ("starttls", _("STARTTLS")),
            ("tls", _("TLS from the first byte")),
            ("none", _("None (only inside your own network)")),
        ),
    ),
    Field("user", _("User name"), required=False),
    Field("password", _("Password"), secret=True, required=False),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {
    Provider.Kind.INBOX: (),
    Provider.Kind.SMTP: _SMTP,
    Provider.Kind.MAILGUN: (
        _api_key(_("A sending key of the domain is enough.")),
        Field("sender_domain", _("Sending domain"), _("As it is called at Mailgun.")),
        _api_url(
            "https://api.mailgun.net/v3",
            _("For domains in the EU: https://api.eu.mailgun.net/v3."),
        ),
        _signs_events(
            "webhook_signing_key",
            _("HTTP webhook signing key"),
            _("So that bounces and complaints can be told. It is not the API key."),
        ),
    ),
    Provider.Kind.POSTMARK: (
        Field("server_token", _("Server API token"), secret=True),
        Field(
            "message_stream",
            _("Message stream"),
            _("Postmark takes newsletters on a broadcast stream only."),
            default="broadcast",
        ),
        _api_url("https://api.postmarkapp.com/"),
    ),
    Provider.Kind.AMAZON_SES: (
        Field("region", _("Region"), _("For example eu-west-1.")),
        Field("access_key", _("Access key id")),
        Field("secret_key", _("Secret access key"), secret=True),
        Field(
            "configuration_set",
            _("Configuration set"),
            _("Its open and click tracking must be off: we record our own."),
            required=False,
        ),
        Field(
            "endpoint_url",
            _("Endpoint"),
            _("Empty for Amazon's own of the region."),
            Format.URL,
            required=False,
        ),
    ),
    Provider.Kind.BREVO: (_api_key(), _api_url("https://api.brevo.com/v3/")),
    Provider.Kind.MAILJET: (
        _api_key(),
        Field("secret_key", _("Secret key"), secret=True),
        _api_url("https://api.mailjet.com/v3.1/"),
    ),
    Provider.Kind.SENDGRID: (
        _api_key(),
        _api_url("https://api.sendgrid.com/v3/"),
        _signs_events(
            "tracking_webhook_verification_key",
            _("Webhook verification key"),
            _("If the signed event webhook is on, which is safer."),
        ),
    ),
    Provider.Kind.SPARKPOST: (
        _api_key(),
        _api_url(
            "https://api.sparkpost.com/api/v1",
            _("For accounts in the EU: https://api.eu.sparkpost.com/api/v1."),
        ),
    ),
    Provider.Kind.RESEND: (
        _api_key(),
        _api_url("https://api.resend.com/"),
        _signs_events(
            "signing_secret",
            _("Webhook signing secret"),
            _("Begins with whsec_. With it, only what Resend signed is believed."),
        ),
    ),
    Provider.Kind.MAILERSEND: (
        Field(
            "api_token",
            _("API token"),
            _("The plan has to allow custom headers: a newsletter needs List-Unsubscribe."),
            secret=True,
        ),
        _api_url("https://api.mailersend.com/v1/"),
        _signs_events(
            "signing_secret",
            _("Webhook signing secret"),
            _("So that bounces and complaints can be told."),
        ),
    ),
    Provider.Kind.MAILTRAP: (
        Field("api_token", _("API token"), secret=True),
        Field(
            "api_url",
            _("API address"),
            _("For newsletters: https://bulk.api.mailtrap.io/api/."),
            Format.URL,
            default="https://bulk.api.mailtrap.io/api/",
        ),
        Field(
            "sandbox_id",
            _("Sandbox"),
            _("Only for trials: the number of a sandbox, which delivers nothing to anybody."),
            required=False,
        ),
        _signs_events(
            "tracking_secret",
            _("Webhook signature key"),
            _("With it, only what Mailtrap signed is believed."),
        ),
    ),
    Provider.Kind.MANDRILL: (
        _api_key(),
        _api_url("https://mandrillapp.com/api/1.0/"),
        _signs_events(
            "webhook_key",
            _("Webhook key"),
            _("So that bounces and complaints can be told."),
        ),
    ),
    Provider.Kind.POSTAL: (
        _api_key(_("An API credential of the mail server in Postal.")),
        Field(
            "api_url",
            _("API address"),
            _("Of your own Postal, for example https://postal.example.org."),
            Format.URL,
        ),
        _signs_events(
            "webhook_key",
            _("Webhook key"),
            _("The DKIM public key that Postal shows, in one line, without the words round it."),
        ),
    ),
    Provider.Kind.SCALEWAY: (
        Field("secret_key", _("Secret key"), secret=True),
        Field("project_id", _("Project id")),
        Field("region", _("Region"), default="fr-par"),
        Field(
            "api_url",
            _("API address"),
            _("Empty for Scaleway's own of the region."),
            Format.URL,
            required=False,
        ),
    ),
    Provider.Kind.UNISENDER_GO: (
        _api_key(_("It also proves that events come from Unisender Go.")),
        Field(
            "api_url",
            _("API address"),
            _("Of your data centre, for example https://go2.unisender.ru/en/transactional/api/v1."),
            Format.URL,
        ),
    ),
}


# These tell us nothing of what became of a mail.
SILENT = {Provider.Kind.INBOX, Provider.Kind.SMTP, Provider.Kind.SCALEWAY}


def hint(secret: str) -> str:
    """Show enough of a secret to tell two apart: its last four characters, if it is long."""
    return f"…{secret[-4:]}" if len(secret) >= 12 else "…"
