"""Put a mail into the shape that anymail's backends take."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from typing import Any

from django.core.mail import EmailMultiAlternatives

from campaigns.composing.compiling import Parts
from campaigns.sending.mailers.kinds import Traits
from campaigns.sending.outcomes import Outgoing


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


def message(mail: Outgoing, traits: Traits) -> Any:
    """Return the mail as a Django message with anymail's extras."""
    made: Any = _of_parts(mail.mail) if isinstance(mail.mail, Parts) else _of_bytes(mail)
    if traits.metadata:
        # Read back from the provider's events: which delivery they speak of.
        made.metadata = {"delivery": mail.uuid_hex}
    without_tracking(made, traits)
    return made


def without_tracking(made: Any, traits: Traits) -> None:
    """Switch the provider's own tracking off, where a message can say so."""
    if traits.tracking_switch:
        made.track_opens = made.track_clicks = False


def _of_bytes(mail: Outgoing) -> EmailMultiAlternatives:
    assert isinstance(mail.mail, bytes)  # noqa: S101 - one of the two
    return ReadyMessage(mail.mail, from_email=mail.envelope_from, to=[mail.address])


def _of_parts(parts: Parts) -> EmailMultiAlternatives:
    made = EmailMultiAlternatives(
        subject=parts.subject,
        body=parts.text,
        from_email=parts.from_email,
        to=[parts.to],
        reply_to=[parts.reply_to] if parts.reply_to else None,
        headers=dict(parts.headers),
    )
    made.attach_alternative(parts.html, "text/html")
    return made
