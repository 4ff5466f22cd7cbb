"""Mailers: whatever takes our mails, behind one small interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from campaigns.accounts import encryption
from campaigns.accounts.models import Provider, Sender
from campaigns.sending import signing
from campaigns.sending.inbox import credentials
from campaigns.sending.mailers.api import ApiMailer
from campaigns.sending.outcomes import Handover, Outgoing, TransportError
from campaigns.sending.smtp import Server, SmtpMailer

Wants = Literal["bytes", "parts"]

# Threads that hand mails over by SMTP: more would only wait for each other.
THREADS = 1


class Mailer(Protocol):
    """Connections to a provider that one thread looks after; each lane has its own."""

    # How many mails may be under way at once: what a kill can leave unconfirmed.
    window: int
    # What `Outgoing.mail` has to be.
    wants: Wants
    # For how many seconds its provider takes a repeated hand-over for the same one, see
    # `repeating`; 0: not at all.
    idempotent: float
    # What has to be done to finished bytes before they are handed over.
    sign: Callable[[bytes], bytes] | None

    def hand_over(self, mails: Iterable[Outgoing], *, until: float = ...) -> Handover:
        """Hand over in order; an outcome for each; never raises."""

    def close(self) -> None:
        """Let the connection go."""


def lanes(provider: Provider, connections: int) -> list[int]:
    """Share connections out among threads, as few as serve them well."""
    if provider.kind not in (Provider.Kind.INBOX, Provider.Kind.SMTP):
        # A call to an API keeps its thread waiting.
        return [1] * connections
    threads = min(THREADS, connections)
    return [connections // threads + (n < connections % threads) for n in range(threads)]


def mailer_for(sender: Sender, provider: Provider | None = None, *, connections: int = 1) -> Mailer:
    """Return a mailer for a provider of the sender's, its first if none is named.

    It is not connected yet, and will make up to so many connections if it can. Raises
    `TransportError` when the settings cannot be read.
    """
    provider = provider or sender.provider
    known = credentials_of(provider)
    match provider.kind:
        case Provider.Kind.INBOX:
            return SmtpMailer(server_of(provider, known), connections=connections)
        case Provider.Kind.SMTP:
            server = server_of(provider, known)
            return SmtpMailer(server, _signer(sender), connections=connections)
        case kind:
            return ApiMailer(kind, known)


def credentials_of(provider: Provider) -> dict[str, object]:
    """Return what the provider has to be told. Raises `TransportError`."""
    try:
        return provider.credentials
    except encryption.EncryptionError as error:
        raise TransportError(
            "The provider's settings were saved with another SECRET_KEY; enter them again.",
            lasting=True,
        ) from error


def server_of(provider: Provider, known: dict[str, object]) -> Server:
    """Return the SMTP server behind a provider that is one."""
    return _inbox(provider.workspace_id) if provider.kind == Provider.Kind.INBOX else _smtp(known)


def _signer(sender: Sender) -> signing.Signer | None:
    try:
        return signing.signer(sender)
    except encryption.EncryptionError as error:
        raise TransportError(
            "The keys that sign your mails were made with another SECRET_KEY; make new ones.",
            lasting=True,
        ) from error


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
