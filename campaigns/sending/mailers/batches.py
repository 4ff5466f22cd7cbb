"""Many mails in one call, each exactly as it would be in a call of its own.

Either the call takes a list of whole mails, or one text with merge fields and each
recipient's values. What became of each is read out of the answer; of whom the answer says
nothing, we know nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import requests
from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives

from campaigns.accounts.models import Provider
from campaigns.composing import headers
from campaigns.composing.compiling import Parts
from campaigns.sending.mailers import errors, keys, lists, messages
from campaigns.sending.mailers.kinds import Batch, Traits
from campaigns.sending.outcomes import Outcome, Outgoing, Verdict

# SendGrid takes 10,000 bytes of substitutions a person; a fuller mail goes alone.
MOST_VALUES = 9_000
# Mailgun would read these in a mail as its own.
_MAILGUNS = "%recipient"


def groups(kind: str, batch: Batch | None, mails: Sequence[Outgoing]) -> list[list[int]]:
    """Say which of the mails can go in one call, by their places."""
    if batch is not Batch.FIELDS:
        return [list(range(len(mails)))]
    found: dict[object, list[int]] = {}
    for place, mail in enumerate(mails):
        found.setdefault(_likeness(kind, mail) or f"alone {place}", []).append(place)
    return list(found.values())


def hand_over(
    kind: str, backend: Any, mails: Sequence[Outgoing], traits: Traits
) -> list[Outcome] | None:
    """Hand the mails over in one call. None: nothing was taken, and one by one says why.

    Raises `TransportError` when the provider takes nothing now.
    """
    if traits.batch is Batch.FIELDS:
        return _merged(kind, backend, mails, traits)
    if traits.batch is not Batch.LIST:
        return None
    if not traits.idempotent:
        return _listed(kind, backend, mails, traits)
    with keys.shown(kind, backend, None, keys.key_of(mails)):
        return _listed(kind, backend, mails, traits)


def _listed(
    kind: str, backend: Any, mails: Sequence[Outgoing], traits: Traits
) -> list[Outcome] | None:
    way = lists.WAYS[kind]
    try:
        payloads = [
            backend.build_message_payload(messages.message(mail, traits), backend.send_defaults)
            for mail in mails
        ]
        request = payloads[0].get_request_params(backend.api_url)
    except AnymailError:
        return None
    request["url"] = backend.api_url + way.path(payloads[0])
    request["data"] = payloads[0].serialize_json(way.join(payloads))
    try:
        response = backend.session.request(**request, timeout=backend.timeout)
    except requests.RequestException as error:
        return [errors.of_lost_request(error)] * len(mails)
    found = way.read(lists.told(response), mails)
    if found is not None and response.status_code < 500:
        return found
    return _of_whole(errors.of_response(response), len(mails))


def _of_whole(outcome: Outcome, count: int) -> list[Outcome] | None:
    """What was refused as a whole was not taken: one by one, the good ones get through."""
    return [outcome] * count if outcome.verdict is Verdict.UNKNOWN else None


def _likeness(kind: str, mail: Outgoing) -> object:
    """What mails of one call have in common; None for one that has to go alone."""
    parts = mail.mail
    if not isinstance(parts, Parts) or parts.layout is None:
        return None
    # anymail finds a person's values by the address, which it may write another way.
    if not headers.is_plain(mail.address):
        return None
    values = [parts.subject, *parts.values()]
    if sum(len(value.encode()) for value in values) > MOST_VALUES:
        return None
    if kind == Provider.Kind.MAILGUN and any(
        _MAILGUNS in text for text in (parts.layout.fixed, *values)
    ):
        return None
    return parts.layout


def _merged(
    kind: str, backend: Any, mails: Sequence[Outgoing], traits: Traits
) -> list[Outcome] | None:
    message = _with_fields(kind, mails, traits)
    try:
        backend.send_messages([message])
    except (AnymailError, ImproperlyConfigured) as error:
        return _of_whole(errors.outcome(error), len(mails))
    except (LookupError, TypeError, AttributeError, ValueError):
        return [Outcome(Verdict.UNKNOWN, text="the answer cannot be read")] * len(mails)
    told = message.anymail_status.recipients
    return [lists.of_status(told.get(mail.address)) for mail in mails]


def _with_fields(kind: str, mails: Sequence[Outgoing], traits: Traits) -> Any:
    """Return one message whose merge fields make each person's mail of it."""
    every = {mail.address: mail.mail for mail in mails if isinstance(mail.mail, Parts)}
    first = next(iter(every.values()))
    assert first.layout is not None  # noqa: S101 - `groups` put only such mails together
    name, mark = _fields(kind)
    shared = {
        field: value
        for field, value in first.headers.items()
        if all(parts.headers.get(field) == value for parts in every.values())
    }
    message: Any = EmailMultiAlternatives(
        subject=mark("subject"),
        body=first.layout.text(lambda number: mark(str(number))),
        from_email=first.from_email,
        to=list(every),
        reply_to=[first.reply_to] if first.reply_to else None,
        headers=shared,
    )
    html = first.layout.html(lambda number: mark(str(number)))
    message.attach_alternative(html, "text/html")
    message.merge_data = {
        address: {name("subject"): parts.subject}
        | {name(str(number)): value for number, value in enumerate(parts.values())}
        for address, parts in every.items()
    }
    message.merge_headers = {address: _own(kind, parts, shared) for address, parts in every.items()}
    message.merge_metadata = {mail.address: {"delivery": mail.uuid_hex} for mail in mails}
    messages.without_tracking(message, traits)
    return message


def _own(kind: str, parts: Parts, shared: dict[str, str]) -> dict[str, str]:
    """The header fields that are this person's alone."""
    own = {field: value for field, value in parts.headers.items() if field not in shared}
    if kind == Provider.Kind.MAILGUN:
        # It answers with one Message-ID for the whole batch, and writes that one.
        own.pop("Message-ID", None)
    return own


def _fields(kind: str) -> tuple[Any, Any]:
    """Return how a field is called, and how a text calls for it."""
    if kind == Provider.Kind.MAILGUN:
        return (lambda field: f"f{field}"), (lambda field: f"%recipient.f{field}%")
    # SendGrid replaces whatever it is told to: nobody's text holds this by chance.
    secret = secrets.token_hex(8)
    return (lambda field: f"-{secret}-{field}-"), (lambda field: f"-{secret}-{field}-")
