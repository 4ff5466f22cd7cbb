"""Reach a server: connect, encrypt and authenticate, by smtplib."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass

from campaigns.accounts import outbound
from campaigns.sending.outcomes import TransportError

_NOT_ASCII = "The user name and the password for SMTP may hold only letters of ASCII."


@dataclass(frozen=True)
class Server:
    """Where to connect, and how. `security` is `none`, `starttls` or `tls`."""

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = ""
    greeting: str = "localhost"
    # RFC 5321 4.5.3.2.6 wants ten minutes for the last reply: giving up early makes unknowns.
    command_seconds: float = 60
    final_seconds: float = 600
    # A member named this host: connect only where `outbound` lets us.
    guarded: bool = False


def sign_in(server: Server) -> smtplib.SMTP:
    """Connect, encrypt and authenticate, or raise `TransportError` in the server's words."""
    smtp = smtplib.SMTP(local_hostname=server.greeting, timeout=server.command_seconds)
    try:
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(
                local_hostname=server.greeting,
                timeout=server.command_seconds,
                context=ssl.create_default_context(),
            )
        smtp._host = server.host  # type: ignore[attr-defined]  # else STARTTLS checks no name
        host = outbound.addresses(server.host, server.port)[0] if server.guarded else server.host
        code, words = smtp.connect(host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.username:
            smtp.login(server.username, server.password)
    except outbound.OutboundError as error:
        raise TransportError(str(error)) from error
    except UnicodeError:
        smtp.close()
        # smtplib writes nothing else. Its own words would quote what it was given.
        raise TransportError(_NOT_ASCII, lasting=True) from None
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        raise _trouble(error) from error
    return smtp


def _trouble(error: smtplib.SMTPException | OSError) -> TransportError:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return TransportError(f"{error.smtp_code} {text}", lasting=error.smtp_code >= 500)
    lasting = isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError)
    return TransportError(str(error) or type(error).__name__, lasting=lasting)
