"""Find out whose mail came back, and let the ledger know.

Nothing is believed that a stranger could have written: a mail is known by its return
address with our MAC, or by its Message-ID, which only those saw who got it, together with
the recipient it went to. Anything else changes nothing and is counted.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from anymail.signals import EventType
from django.db.models import Q
from django.utils import timezone

from campaigns.audience import addresses, people, unsubscribing
from campaigns.audience import tokens as leaving
from campaigns.audience.models import Unsubscription
from campaigns.sending import facts
from campaigns.sending.bounces import return_addresses, understanding
from campaigns.sending.bounces.models import BounceMail
from campaigns.sending.bounces.understanding import Failure, Kind, Report
from campaigns.sending.models import Delivery
from campaigns.sending.severities import Severity, is_policy, severity

Verdict = BounceMail.Verdict
# A server can return only what it was given; what is sent again was given to one before.
MAILED = Q(state__in=(Delivery.State.SENDING, Delivery.State.SENT, Delivery.State.UNKNOWN))
MAILED |= Q(resends__gt=0)
_KINDS = {
    "failed": EventType.BOUNCED,
    "delayed": EventType.DEFERRED,
    "delivered": EventType.DELIVERED,
}
_REJECT_REASONS = {
    Severity.HARD: "invalid",
    Severity.DISABLED: "bounced",
    Severity.SOFT: "bounced",
}
_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a mail turned out to be, and whose mail it was about."""

    verdict: Verdict
    delivery_id: int | None = None


def take_in(workspace_id: int, content: bytes) -> Taken:
    """Read a mail that came to a workspace's mailbox, and act on it. Never raises for its content.

    Twice is as good as once.
    """
    report = understanding.understand(content)
    match report.kind:
        case Kind.BROKEN:
            return Taken(Verdict.UNREADABLE)
        case Kind.AUTOMATIC:
            return Taken(Verdict.IGNORED)
        case Kind.LETTER:
            return _leave(workspace_id, report)
    delivery, is_proven = _whose(workspace_id, report)
    if delivery is None:
        return Taken(Verdict.FOREIGN)
    told = _Reading(delivery, report, content)
    if report.kind is Kind.BOUNCE:
        return _bounced(told, is_proven=is_proven)
    kind = EventType.COMPLAINED if report.kind is Kind.COMPLAINT else EventType.UNSUBSCRIBED
    told.take_in(kind, Severity.NONE, "")
    is_complaint = report.kind is Kind.COMPLAINT
    return Taken(Verdict.COMPLAINED if is_complaint else Verdict.UNSUBSCRIBED, delivery.pk)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A report, and the delivery that it is about."""

    delivery: Delivery
    report: Report
    content: bytes

    def take_in(self, kind: str, found: Severity, words: str) -> None:
        facts.take_in(
            facts.Told(
                delivery=self.delivery,
                source="mail",
                key=self._key(kind),
                kind=kind,
                at=self._at(),
                severity=found,
                reject_reason=_reject_reason(found, words),
                words=words,
            )
        )

    def _key(self, kind: str) -> str:
        """The same for each copy of a report that has a Message-ID."""
        told = self.report.message_id.encode("utf-8", "replace") or self.content
        digest = hashlib.blake2b(told, digest_size=20).hexdigest()
        return f"{self.delivery.pk}:{kind}:{digest}"

    def _at(self) -> datetime:
        """When it came back: no sooner than it went out, and not in the future."""
        now = timezone.now()
        at = min(self.report.at or now, now)
        return max(at, self.delivery.sending_at) if self.delivery.sending_at else at


def _reject_reason(found: Severity, words: str) -> str:
    if found is Severity.BLOCKED:
        return "blocked" if is_policy("", words) else "other"
    return _REJECT_REASONS.get(found, "")


def _whose(workspace_id: int, report: Report) -> tuple[Delivery | None, bool]:
    """Return the delivery that a report is about, and whether its return address proves it."""
    mailed = Delivery.objects.filter(MAILED, workspace=workspace_id)
    for delivery_id in return_addresses.found(report.addressed):
        delivery = mailed.filter(pk=delivery_id).first()
        if delivery is not None:
            return delivery, True
    named = mailed.named([uuid.UUID(hex=one) for one in report.uuids])
    told = {addresses.key(one) for one in _recipients(report)}
    return next((one for one in named if one.address_key in told), None), False


def _recipients(report: Report) -> list[str]:
    return [*report.recipients, *(name for one in report.failures for name in one.recipients)]


def _bounced(told: _Reading, *, is_proven: bool) -> Taken:
    failure, is_theirs = _about(told.delivery, told.report.failures)
    kind = _KINDS.get(failure.action) if failure else None
    if failure is None or kind is None:
        return Taken(Verdict.IGNORED, told.delivery.pk)
    found = severity(failure.status, failure.words)
    if kind == EventType.DELIVERED:
        found = Severity.NONE
    elif kind == EventType.DEFERRED or (is_proven and not is_theirs):
        # Delayed is not lost. And where a forwarded mail ends, a person may have moved on:
        # that another address is dead says little of the one that we know.
        found = min(found, Severity.SOFT, key=list(Severity).index)
    words = " ".join(filter(None, (failure.status, _without_people(failure.words))))
    told.take_in(kind, found, words)
    return Taken(Verdict.BOUNCED, told.delivery.pk)


def _about(delivery: Delivery, failures: tuple[Failure, ...]) -> tuple[Failure | None, bool]:
    """Return what is said of the delivery's recipient, else of anybody, and which it is."""
    for failure in failures:
        names = {addresses.key(name) for name in failure.recipients}
        if delivery.address_key in names or not names:
            return failure, True
    return (failures[0] if failures else None), False


def _leave(workspace_id: int, report: Report) -> Taken:
    """Let a person leave by the `mailto:` of our mails, whose subject is their token."""
    for word in report.subject.split()[:5]:
        try:
            token = leaving.read(word)
        except leaving.TokenError:
            continue
        contact = people.by_number(token.contact_id)
        if contact is None or contact.workspace_id != workspace_id:
            return Taken(Verdict.FOREIGN)
        unsubscribing.unsubscribe(
            contact.pk,
            token.campaign_id or None,
            token.delivery_id or None,
            Unsubscription.Source.ONE_CLICK,
        )
        return Taken(Verdict.UNSUBSCRIBED, token.delivery_id or None)
    return Taken(Verdict.UNREADABLE)


def _without_people(words: str) -> str:
    """Reasons are counted and shown: the same refusal of two people is one reason."""
    return _ADDRESS.sub("…", words)[:300]
