"""The link that shows a person everything: sealed, for an hour, and mailed to them alone.

The links in a mail go with it when it is forwarded. So they show how much there is and not
what it is; who reads the address itself reads the rest.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.audience import languages, letters, moving
from campaigns.audience.letters import Letter
from campaigns.audience.models import Contact

logger = logging.getLogger(__name__)

LASTS = timedelta(hours=1)
# Nobody is mailed more often by somebody who found a mail of theirs.
APART = timedelta(minutes=5)
SECONDS = 20
_SALT = "campaigns.privacy.links"


class LinkError(Exception):
    """The link was not made by us, or its hour is over."""


def seal(contact: Contact) -> str:
    """Return the text that opens a person's page."""
    return signing.dumps(contact.pk, salt=_SALT)


def open_sealed(text: str) -> int:
    """Return whose page it opens. Raises `LinkError`."""
    try:
        return int(signing.loads(text, salt=_SALT, max_age=LASTS))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise LinkError from error


def is_possible(contact: Contact) -> bool:
    """Whether there is a server that mails to them: the installation's, or the sender's own."""
    return bool(settings.SYSTEM_MAIL_URL) or moving.sender_of(contact) is not None


def may_ask(contact_id: int) -> bool:
    """Say whether a mail may go now, and count it as gone."""
    return cache.add(f"privacy:asked:{contact_id}", "asked", APART.total_seconds())


def send(contact: Contact) -> bool:
    """Mail a person their link, in their language, and say whether the server took it."""
    with languages.speaking(languages.of_contact(contact)):
        return _send(contact)


def _send(contact: Contact) -> bool:
    page = settings.PUBLIC_URL + reverse("privacy:everything", args=[seal(contact)])
    sender = " ".join(contact.workspace.name.split())
    body = "\n\n".join(
        (
            _("This link shows everything that %(sender)s keeps about you, for an hour:")
            % {"sender": sender},
            page,
            _("If you did not ask for it, do nothing: nobody else has it."),
        )
    )
    subject = _("What %(sender)s keeps about you") % {"sender": sender}
    if not settings.SYSTEM_MAIL_URL:
        return _by_their_sender(contact, subject, body)
    headers = {"Auto-Submitted": "auto-generated"}
    mail = EmailMessage(subject, body, to=[contact.email], headers=headers)
    mail.connection = get_connection(timeout=SECONDS)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("A link could not be mailed (%s)", type(error).__name__)
        return False
    return True


def _by_their_sender(contact: Contact, subject: str, body: str) -> bool:
    sender = moving.sender_of(contact)
    return sender is not None and letters.post(Letter(sender, contact.email, subject, body))
