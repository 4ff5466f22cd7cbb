"""Open a mailbox: where to connect, what may go wrong, and what both protocols offer."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.accounts import encryption, outbound
from campaigns.sending.bounces.models import BounceMailbox

SECONDS = 30.0
# A bounce is small; what is larger is read up to here.
MOST_BYTES = 1_000_000


class BoxError(Exception):
    """The mailbox cannot be read now; the message says why, in the server's words if it spoke."""


@dataclass(frozen=True)
class Server:
    """Where a mailbox is. Connects only where `outbound` lets us."""

    host: str
    port: int
    security: str = "tls"
    user: str = ""
    password: str = ""

    def connect(self) -> socket.socket:
        """Return a connection, encrypted unless the operator's own network needs it not to be.

        Raises `OutboundError` and `OSError`.
        """
        if self.security != "tls" and not settings.ALLOW_PRIVATE_HOSTS:
            raise outbound.OutboundError(_("Without TLS the password would be open to read."))
        address = outbound.addresses(self.host, self.port)[0]
        sock = socket.create_connection((address, self.port), SECONDS)
        if self.security != "tls":
            return sock
        try:
            return ssl.create_default_context().wrap_socket(sock, server_hostname=self.host)
        except OSError:
            sock.close()
            raise


class Box(Protocol):
    """An opened mailbox. Mails are named by what the server calls them for good."""

    def waiting(self, position: str) -> list[str]:
        """Return the mails after `position`, the oldest first; all where there are no positions."""

    def fetch(self, uid: str) -> bytes | None:
        """Return the beginning of a mail, or None when it is gone."""

    def remove(self, uids: Sequence[str]) -> None:
        """Delete mails for good, no later than at `close`."""

    def close(self) -> None:
        """Say goodbye."""


def server_of(mailbox: BounceMailbox) -> Server:
    """Return where the mailbox is. Raises `BoxError`."""
    try:
        known = mailbox.credentials
    except encryption.EncryptionError as error:
        raise BoxError(
            _("The settings were saved with another SECRET_KEY; enter the password again.")
        ) from error
    return Server(
        host=str(known.get("host", "")),
        port=int(str(known.get("port") or 993)),
        security=str(known.get("security") or "tls"),
        user=str(known.get("user", "")),
        password=str(known.get("password", "")),
    )


@contextmanager
def translated(*errors: type[Exception]) -> Iterator[None]:
    """Turn whatever a library raises into `BoxError`, in the server's own words."""
    known: tuple[type[Exception], ...] = (*errors, OSError, EOFError, ValueError)
    try:
        yield
    except outbound.OutboundError as error:
        raise BoxError(str(error)) from error
    except known as error:
        raise BoxError(_words(error)) from error


def _words(error: Exception) -> str:
    said = error.args[0] if len(error.args) == 1 else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return text.strip()[:300] or type(error).__name__
