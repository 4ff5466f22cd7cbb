"""How each provider's own open and click tracking is switched off, in words.

Candid records by itself, as people agreed. A provider that records too does it without
their consent, rewrites links, and adds a pixel of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.accounts.models import Provider

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Kind = Provider.Kind


@dataclass(frozen=True)
class Switch:
    """Where a provider's tracking is switched off."""

    # Candid says so with every mail, and the provider heeds it.
    per_mail: bool
    # The connection test looks whether it is on, where the key is allowed to.
    looked_at: bool = False
    # Where a person does it for the account; empty where there is nothing to do.
    at_the_provider: str | StrPromise = ""


SWITCHES: Mapping[str, Switch] = {
    Kind.INBOX: Switch(per_mail=True),
    Kind.SMTP: Switch(
        per_mail=False,
        at_the_provider=gettext_lazy(
            "If this server belongs to a mailing service, switch open and click tracking off in "
            "its settings. A mail server of your own records nothing."
        ),
    ),
    Kind.MAILGUN: Switch(per_mail=True),
    Kind.POSTMARK: Switch(
        per_mail=False,
        looked_at=True,
        at_the_provider=gettext_lazy(
            "In Postmark, open the server's Settings, Tracking, and switch off open and link "
            "tracking: what is on there cannot be switched off mail by mail."
        ),
    ),
    Kind.AMAZON_SES: Switch(
        per_mail=False,
        looked_at=True,
        at_the_provider=gettext_lazy(
            "In Amazon SES, open the configuration set, Event destinations, and leave out “Opens” "
            "and “Clicks” in each. Without a configuration set, nothing is tracked."
        ),
    ),
    Kind.BREVO: Switch(
        per_mail=False,
        at_the_provider=gettext_lazy(
            "In Brevo, open the settings of transactional mail and switch off the tracking of "
            "opens and clicks."
        ),
    ),
    Kind.MAILJET: Switch(per_mail=True),
    Kind.SENDGRID: Switch(per_mail=True),
    Kind.SPARKPOST: Switch(per_mail=True),
    Kind.RESEND: Switch(
        per_mail=False,
        looked_at=True,
        at_the_provider=gettext_lazy(
            "In Resend, open the domain and switch off “Click Tracking” and “Open Tracking”."
        ),
    ),
    Kind.MAILERSEND: Switch(per_mail=True),
    Kind.MAILTRAP: Switch(
        per_mail=False,
        at_the_provider=gettext_lazy(
            "In Mailtrap, open the sending domain, Tracking Settings, and switch off open and "
            "click tracking."
        ),
    ),
    Kind.MANDRILL: Switch(per_mail=True),
    Kind.POSTAL: Switch(
        per_mail=False,
        at_the_provider=gettext_lazy(
            "In Postal, delete the tracking domains of the mail server: without one it tracks "
            "nothing."
        ),
    ),
    Kind.SCALEWAY: Switch(
        per_mail=False,
        at_the_provider=gettext_lazy(
            "Scaleway's transactional mail is not known to track; look into the domain's settings."
        ),
    ),
    Kind.UNISENDER_GO: Switch(per_mail=True),
}


def of(kind: str) -> Switch:
    """Return where the tracking of this kind of provider is switched off."""
    return SWITCHES[kind]


def how_to_switch_off(kind: str) -> str:
    """Say what a person does at the provider, even where every mail says it already."""
    words = SWITCHES[kind].at_the_provider
    if words:
        return str(words)
    return _(
        "Every mail asks this provider not to track, and it does all the same: switch open and "
        "click tracking off in the account's or the domain's settings there."
    )
