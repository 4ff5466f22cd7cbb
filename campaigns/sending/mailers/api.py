"""Hand mails to a provider's API through django-anymail, one call per mail.

One call per mail, because without an idempotency key a lost answer is an unknown mail:
a batch would make it a batch of unknowns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any, Literal

import requests
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from campaigns.accounts import outbound, providers
from campaigns.accounts.models import Provider
from campaigns.composing.compiling import Parts
from campaigns.sending.mailers import errors
from campaigns.sending.outcomes import Handover, Outcome, Outgoing, TransportError, Verdict

# Seconds to connect, and to wait for an answer.
TIMEOUT = (10.0, 60.0)
# anymail has no switch per message for these: tracking is off in their account, and
# docs/send.md says so.
NO_TRACKING_SWITCH = {
    Provider.Kind.AMAZON_SES,
    Provider.Kind.BREVO,
    Provider.Kind.RESEND,
}

_ACCEPTED = {"sent", "queued"}
_REFUSED = {"invalid", "rejected", "failed"}


class ApiMailer:
    """One kept session with one provider; not to be shared by threads."""

    window = 1
    wants: Literal["bytes", "parts"]

    def __init__(self, kind: str, credentials: Mapping[str, Any]) -> None:
        self.kind = kind
        self.wants = "bytes" if kind == Provider.Kind.AMAZON_SES else "parts"
        self._credentials = credentials
        self._backend: Any = None

    def hand_over(self, mails: Sequence[Outgoing], *, until: float = float("inf")) -> Handover:
        """Hand the mails over in order. Never raises: every mail gets an outcome."""
        found: list[Outcome] = []
        trouble: TransportError | None = None
        try:
            backend = self._open()
            for mail in mails:
                if time.monotonic() > until:
                    break
                found.append(self._one(backend, mail))
                if found[-1].verdict is Verdict.UNKNOWN:
                    break
        except TransportError as error:
            trouble = error
        clean = trouble is None and len(found) == len(mails)
        found += [Outcome(Verdict.UNTRIED)] * (len(mails) - len(found))
        doubtful = any(outcome.verdict is Verdict.UNKNOWN for outcome in found)
        if doubtful or trouble is not None:
            self.close()
        return Handover(found, clean=clean and not doubtful, trouble=trouble)

    def close(self) -> None:
        """Let the session go."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _open(self) -> Any:
        if self._backend is None:
            try:
                backend = _backend(self.kind, self._credentials)
                backend.open()
            except outbound.OutboundError as error:
                raise TransportError(str(error), lasting=True) from error
            except (ImproperlyConfigured, ValueError) as error:
                raise TransportError(str(error), lasting=True) from error
            self._backend = backend
        return self._backend

    def _one(self, backend: Any, mail: Outgoing) -> Outcome:
        message = _message(self.kind, mail)
        try:
            backend.send_messages([message])
        except AnymailRecipientsRefused:
            return _of_status(message, mail.address)
        except (AnymailError, ImproperlyConfigured) as error:
            return errors.outcome(error)
        return _of_status(message, mail.address)


@dataclass
class Ready(Message):
    """A finished message, for the backend that sends raw bytes and adds header fields."""

    content: bytes

    def __post_init__(self) -> None:
        super().__init__()

    def as_bytes(self, *_args: object, **_options: object) -> bytes:
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.items())
        return fields.encode("ascii") + self.content


class ReadyMessage(EmailMultiAlternatives):
    """A mail whose MIME form exists already."""

    def __init__(self, content: bytes, **envelope: Any) -> None:
        super().__init__(**envelope)
        self._content = content

    def message(self, **_options: object) -> Ready:  # type: ignore[override]  # as backends use it
        return Ready(self._content)


def _message(kind: str, mail: Outgoing) -> EmailMultiAlternatives:
    if isinstance(mail.mail, bytes):
        message: EmailMultiAlternatives = ReadyMessage(
            mail.mail, from_email=mail.envelope_from, to=[mail.address]
        )
    else:
        message = _of_parts(mail.mail)
    # Read back from the provider's events: which delivery they speak of.
    message.metadata = {"delivery": mail.uuid_hex}  # type: ignore[attr-defined]  # anymail's
    if kind not in NO_TRACKING_SWITCH:
        message.track_opens = False  # type: ignore[attr-defined]  # anymail's
        message.track_clicks = False  # type: ignore[attr-defined]  # anymail's
    return message


def _of_parts(parts: Parts) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=parts.subject,
        body=parts.text,
        from_email=parts.from_email,
        to=[parts.to],
        reply_to=[parts.reply_to] if parts.reply_to else None,
        headers=dict(parts.headers),
    )
    message.attach_alternative(parts.html, "text/html")
    return message


def _of_status(message: Any, address: str) -> Outcome:
    """Read what the provider said about this one recipient."""
    response = message.anymail_status.esp_response
    if isinstance(response, requests.Response) and 400 <= response.status_code < 500:
        # Some backends take a refusal of all recipients for an answer like any other.
        return Outcome(Verdict.REFUSED, response.status_code, text=errors.words(response))
    statuses = message.anymail_status.recipients
    # Providers may spell the address their way; there is only one.
    status = statuses.get(address) or next(iter(statuses.values()), None)
    if status is None:
        return Outcome(Verdict.UNKNOWN, text="the provider named no recipient in its answer")
    message_id = str(status.message_id or "")
    if status.status in _ACCEPTED:
        return Outcome(Verdict.SENT, message_id=message_id, text=status.status)
    if status.status in _REFUSED:
        return Outcome(Verdict.REFUSED, text=f"the provider says: {status.status}")
    return Outcome(Verdict.UNKNOWN, message_id=message_id, text=f"{status.status}")


def _backend(kind: str, credentials: Mapping[str, Any]) -> Any:
    url = str(credentials.get("api_url") or credentials.get("endpoint_url") or "")
    if url and url not in _own_addresses(kind):
        outbound.check_url(url)
    options = _OPTIONS.get(kind, _by_requests)(kind, credentials)
    return import_string(f"anymail.backends.{kind}.EmailBackend")(**options)


def _own_addresses(kind: str) -> set[str]:
    """The provider's own address needs no check, and no look-up."""
    return {str(field.default) for field in providers.FIELDS[kind] if field.default}


def _by_requests(kind: str, credentials: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in providers.FIELDS[kind]}
    options = {name: value for name, value in credentials.items() if name in known and value}
    return options | {"timeout": TIMEOUT}


def _amazon_ses(kind: str, credentials: Mapping[str, Any]) -> dict[str, Any]:
    params = {
        "region_name": credentials.get("region"),
        "aws_access_key_id": credentials.get("access_key"),
        "aws_secret_access_key": credentials.get("secret_key"),
        "endpoint_url": credentials.get("endpoint_url") or None,
        # boto3 repeats what failed, and a repeated mail is a second mail.
        "config": Config(
            retries={"total_max_attempts": 1}, connect_timeout=TIMEOUT[0], read_timeout=TIMEOUT[1]
        ),
    }
    options: dict[str, Any] = {"client_params": params}
    if credentials.get("configuration_set"):
        options["configuration_set_name"] = credentials["configuration_set"]
    return options


_OPTIONS: dict[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    Provider.Kind.AMAZON_SES: _amazon_ses,
}
