"""allauth with its doors closed: members are invited, nobody signs up."""

import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.http import HttpRequest
from django.urls import reverse

from campaigns.accounts import askers, audit

logger = logging.getLogger(__name__)

# How long the server may think about a mail to a member.
SECONDS = 20
# Mails to members are handed over aside, one after the other.
MAILING = ThreadPoolExecutor(1, "mail-to-members")


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Only the set-up page and an owner make accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Lead to our own address: the Host header is whatever the asker wrote."""
        uidb36, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", args=[uidb36, token])
        return f"{settings.PUBLIC_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail a member without waiting: how long it takes, or that it fails, tells who is one."""
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        MAILING.submit(_hand_over, message)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Put a failed sign-in on record in the workspaces of the member whose address was tried.

        After a few of them allauth makes the address wait, so nobody can flood the record.
        """
        super().authentication_failed(request, **credentials)
        audit.record_failed_sign_in(credentials.get("email") or "")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Name the asker, for the limits of signing in: allauth keeps what it is told here."""
        return askers.name(request)

    def format_email_subject(self, subject: str) -> str:
        """Leave the Host header out of subjects, too."""
        return subject


def _hand_over(message: EmailMessage) -> None:
    message.connection = get_connection(timeout=SECONDS)
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("A mail to a member could not be handed over (%s)", type(error).__name__)
