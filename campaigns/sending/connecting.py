"""Ask a provider whether it would take our mail, without sending any.

What is shown is what the server itself says, and what a person can do about it.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.accounts import outbound, provider_tracking
from campaigns.accounts.models import Provider, Sender
from campaigns.sending import mailers, pacing, smtp
from campaigns.sending.mailers import probes
from campaigns.sending.outcomes import TransportError

# Somebody is waiting for the page.
PATIENCE = 15.0


@dataclass
class Finding:
    """What was done, in order, each with the server's words; and how it ended."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    good: bool = False
    # The step that failed, in the server's words, and what to do next.
    trouble: str = ""
    advice: str = ""


def ask(provider: Provider) -> Finding:
    """Connect to the provider and sign in. One that is well again is used again at once."""
    finding = Finding()
    try:
        _ask(provider, finding)
    except TransportError as error:
        finding.trouble = error.reason
        finding.advice = _advice(error.reason)
        return finding
    finding.good = True
    pacing.warm_up(provider.pk)
    return finding


def _ask(provider: Provider, finding: Finding) -> None:
    known = mailers.credentials_of(provider)
    if provider.kind in {Provider.Kind.INBOX, Provider.Kind.SMTP}:
        _smtp(mailers.server_of(provider, known), _sender(provider), finding)
        return
    try:
        told = probes.ask(provider.kind, known)
    except (AnymailError, ImproperlyConfigured, outbound.OutboundError, ValueError) as error:
        raise TransportError(str(error).partition("\n")[0], lasting=True) from error
    finding.steps.append((_("Key shown"), told.words))
    finding.advice = _(
        "The key is right. Whether your From address may be used, a test mail tells."
    )
    if told.tracks:
        finding.steps.append((_("Its own tracking"), _("on")))
        finding.advice = _(
            "It tracks opens or clicks by itself, which nobody agreed to. %(how)s"
        ) % {"how": provider_tracking.how_to_switch_off(provider.kind)}


def _smtp(server: smtp.Server, sender: Sender | None, finding: Finding) -> None:
    connected = smtp.sign_in(replace(server, command_seconds=PATIENCE))
    try:
        _note_session(connected, server, finding)
        if sender is None:
            finding.advice = _("No sender uses it yet, so no From address was tried.")
            return
        code, words = connected.mail(sender.email)
        said = f"{code} {words.decode('utf-8', 'replace')}"
        if code >= 300:
            raise TransportError(f"MAIL FROM:<{sender.email}> – {said}", lasting=code >= 500)
        finding.steps.append((_("From address offered"), said))
        connected.rset()
        finding.advice = _("It would take your mail. Nothing was sent.")
    except (smtplib.SMTPException, OSError) as error:
        raise TransportError(str(error) or type(error).__name__) from error
    finally:
        connected.close()


def _note_session(connected: smtplib.SMTP, server: smtp.Server, finding: Finding) -> None:
    greeting = (connected.ehlo_resp or b"").decode("utf-8", "replace").partition("\n")[0]
    finding.steps.append((_("Connected"), greeting))
    version: Callable[[], str | None] = getattr(connected.sock, "version", lambda: None)
    finding.steps.append((_("Encrypted"), version() or _("no")))
    if server.username:
        finding.steps.append((_("Signed in"), server.username))


def _sender(provider: Provider) -> Sender | None:
    """Somebody who mails through it, for the From address to be tried."""
    users = Q(provider=provider) | Q(stand_ins__provider=provider)
    return Sender.objects.filter(users, workspace=provider.workspace_id).order_by("pk").first()


def _advice(reason: str) -> str:
    told = reason.lower()
    return next((text for marks, text in _advices() if any(mark in told for mark in marks)), "")


def _advices() -> list[tuple[tuple[str, ...], str]]:
    """What to do about words like these, the most telling first."""
    return [
        (("secret_key",), _("Enter the keys again and save.")),
        (
            ("535", "534", "5.7.8"),
            _(
                "The user name or the password is wrong. Some servers want a password made for"
                " applications, and some an account that is allowed to send."
            ),
        ),
        (
            ("starttls",),
            _("It does not encrypt this way on this port. Try port 465 with TLS."),
        ),
        (
            ("wrong_version_number", "wrong version number", "unexpected eof", "handshake"),
            _("Port and encryption do not fit: 587 goes with STARTTLS, 465 with TLS."),
        ),
        (
            ("certificate",),
            _("Its certificate is not for this name. Enter the name that the certificate has."),
        ),
        (
            ("private network",),
            _("Enter a server that the internet can reach, or ask your operator."),
        ),
        (("no host called",), _("Check the spelling of the server.")),
        (
            ("mail from",),
            _("This account may not send from that address. Have the address allowed there."),
        ),
        (
            ("timed out", "refused", "unreachable", "no connection", "answer in time"),
            _(
                "Nobody answers there. Check server and port; many hosting companies block"
                " outgoing port 25, and some 587 and 465."
            ),
        ),
        (
            ("401", "403", "key", "token", "unauthorized", "signature"),
            _("The key is refused. Make a new one at the provider and enter it again."),
        ),
        (
            ("429", "420", "too many"),
            _("The key is known, and the provider asks for patience. Try again in a minute."),
        ),
        (
            ("404",),
            _("There is nothing at this address. Check the region and the API address."),
        ),
    ]
