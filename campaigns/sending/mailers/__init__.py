"""Mailers: whatever takes our mails, behind one small interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from campaigns.accounts import encryption
from campaigns.accounts.models import Provider, Sender
from campaigns.sending.inbox import credentials
from campaigns.sending.mailers.api import ApiMailer
from campaigns.sending.outcomes import Handover, Outgoing, TransportError
from campaigns.sending.smtp import Server, SmtpMailer

Wants = Literal["bytes", "parts"]


class Mailer(Protocol):
    """One connection to a provider; each lane has its own."""

    # How many mails may be under way at once: what a kill can leave unconfirmed.
    window: int
    # What `Outgoing.mail` has to be.
    wants: Wants

    # A mailer may have `idempotent: float`, see `repeating`: for how many seconds its provider
    # knows a mail by the delivery's uuid, and takes a repetition for the same mail.

    def hand_over(self, mails: Sequence[Outgoing], *, until: float = ...) -> Handover:
        """Hand over in order; an outcome for each; never raises."""

    def close(self) -> None:
        """Let the connection go."""


def mailer_for(sender: Sender) -> Mailer:
    """Return a mailer for the sender's provider, not connected yet.

    Raises `TransportError` when its settings cannot be read.
    """
    provider = sender.provider
    try:
        known = provider.credentials
    except encryption.EncryptionError as error:
        raise TransportError(
            "The provider's settings were saved with another SECRET_KEY; enter them again.",
            lasting=True,
        ) from error
    match provider.kind:
        case Provider.Kind.INBOX:
            return SmtpMailer(_inbox(provider.workspace_id))
        case Provider.Kind.SMTP:
            return SmtpMailer(_smtp(known))
        case kind:
            return ApiMailer(kind, known)


def _inbox(workspace_id: int) -> Server:
    return Server(
        host=settings.INBOX_HOST,
        port=settings.INBOX_PORT,
        username=credentials.user(workspace_id),
        password=credentials.password(workspace_id),
        greeting=_greeting(),
        final_seconds=settings.SEND_REPLY_SECONDS,
    )


def _smtp(known: dict[str, object]) -> Server:
    return Server(
        host=str(known.get("host", "")),
        port=int(str(known.get("port") or 587)),
        security=str(known.get("security") or "starttls"),
        username=str(known.get("user") or ""),
        password=str(known.get("password") or ""),
        greeting=_greeting(),
        final_seconds=settings.SEND_REPLY_SECONDS,
        guarded=True,
    )


def _greeting() -> str:
    # Asking the system for its own name can take seconds, and says less.
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
