"""Hand mails to a provider's API through django-anymail: one call per mail, or one per batch.

A batch is taken only where every recipient gets the mail that a call of its own would have
brought. Without an idempotency key a lost answer makes a whole batch unknown, so those
are small.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import requests
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured

from campaigns.accounts import outbound
from campaigns.accounts.models import Provider
from campaigns.sending.mailers import backends, batches, errors, keys, kinds, lists, messages
from campaigns.sending.outcomes import Handover, Outcome, Outgoing, TransportError, Verdict

# After one of these the rest waits for a fresh look.
_ENDS = {Verdict.UNKNOWN, Verdict.UNTRIED}
_DOUBT = Outcome(Verdict.UNKNOWN, text="refused when asked again, and not known the first time")


class ApiMailer:
    """One kept session with one provider; not to be shared by threads."""

    wants: Literal["bytes", "parts"]
    # The provider signs what it sends.
    sign: Callable[[bytes], bytes] | None = None

    def __init__(self, kind: str, credentials: Mapping[str, Any]) -> None:
        self.kind = kind
        self.traits = kinds.TRAITS[kind]
        self.window = self.traits.most
        self.idempotent = self.traits.idempotent
        self.wants = "bytes" if kind == Provider.Kind.AMAZON_SES else "parts"
        self._credentials = credentials
        self._backend: Any = None
        # The keys of batches whose answer was lost.
        self._doubtful: set[str] = set()

    def hand_over(self, mails: Iterable[Outgoing], *, until: float = float("inf")) -> Handover:
        """Hand the mails over in order. Never raises: every mail gets an outcome."""
        return self._hand_over(list(mails), until)

    def close(self) -> None:
        """Let the session go."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _hand_over(self, mails: Sequence[Outgoing], until: float) -> Handover:
        found: list[Outcome] = []
        trouble: TransportError | None = None
        try:
            backend = self._open()
            while len(found) < len(mails) and time.monotonic() <= until:
                batch = mails[len(found) : len(found) + self.traits.most]
                found += self._some(backend, batch, until)
                if any(outcome.verdict in _ENDS for outcome in found):
                    break
        except errors.HalfwayError as error:
            found += error.found
            trouble = error.trouble
        except TransportError as error:
            trouble = error
        found += [Outcome(Verdict.UNTRIED)] * (len(mails) - len(found))
        clean = trouble is None and not any(outcome.verdict in _ENDS for outcome in found)
        if not clean:
            self.close()
        return Handover(found, clean=clean, trouble=trouble)

    def _open(self) -> Any:
        if self._backend is None:
            try:
                self._backend = backends.backend(self.kind, self._credentials)
            except (outbound.OutboundError, ImproperlyConfigured, ValueError) as error:
                raise TransportError(str(error), lasting=True) from error
        return self._backend

    def _some(self, backend: Any, mails: Sequence[Outgoing], until: float) -> list[Outcome]:
        found = [Outcome(Verdict.UNTRIED)] * len(mails)
        for places in batches.groups(self.kind, self.traits.batch, mails):
            try:
                part = self._together(backend, [mails[place] for place in places], until)
            except errors.HalfwayError as error:
                _put(found, places, error.found)
                raise errors.HalfwayError(found, error.trouble) from error
            except TransportError as trouble:
                raise errors.HalfwayError(found, trouble) from trouble
            _put(found, places, part)
            if any(outcome.verdict is Verdict.UNKNOWN for outcome in part):
                break
        return found

    def _together(self, backend: Any, mails: Sequence[Outgoing], until: float) -> list[Outcome]:
        if len(mails) > 1:
            key = keys.key_of(mails)
            found = batches.hand_over(self.kind, backend, mails, self.traits)
            if found is None and key in self._doubtful:
                # A no to the repetition: the first may have been taken, under this key only.
                return [_DOUBT] * len(mails)
            if found is not None:
                if any(outcome.verdict is Verdict.UNKNOWN for outcome in found):
                    self._doubtful.add(key)
                return found
        return self._one_by_one(backend, mails, until)

    def _one_by_one(self, backend: Any, mails: Sequence[Outgoing], until: float) -> list[Outcome]:
        found: list[Outcome] = []
        for mail in mails:
            if found and time.monotonic() > until:
                break
            try:
                found.append(self._one(backend, mail))
            except TransportError as trouble:
                raise errors.HalfwayError(found, trouble) from trouble
            if found[-1].verdict is Verdict.UNKNOWN:
                break
        return found

    def _one(self, backend: Any, mail: Outgoing) -> Outcome:
        made = messages.message(mail, self.traits)
        if not self.traits.idempotent:
            return _call(backend, made, mail.address)
        with keys.shown(self.kind, backend, made, keys.key_of([mail])):
            return _call(backend, made, mail.address)


def _put(found: list[Outcome], places: Sequence[int], part: Sequence[Outcome]) -> None:
    for place, outcome in zip(places, part, strict=False):
        found[place] = outcome


def _call(backend: Any, message: Any, address: str) -> Outcome:
    try:
        backend.send_messages([message])
    except AnymailRecipientsRefused:
        return _of_status(message, address)
    except (AnymailError, ImproperlyConfigured) as error:
        return errors.outcome(error)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        # anymail read an answer of another shape than it knows.
        return Outcome(Verdict.UNKNOWN, text=f"the answer cannot be read: {type(error).__name__}")
    return _of_status(message, address)


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
    return lists.of_status(status)
