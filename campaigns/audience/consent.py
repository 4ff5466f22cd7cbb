"""People agree to be measured, refuse, or take it back: opens and clicks apart.

The ledger is only ever added to. A refusal works backwards too: mails that are already
out stop collecting, and what was collected goes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.accounts.models import User
from campaigns.audience import notices
from campaigns.audience.models import Consent, ConsentEntry, Contact, Purpose
from tracking import muting
from tracking.tokens import Kind

KINDS: Mapping[Purpose, Kind] = {Purpose.OPENS: Kind.OPEN, Purpose.CLICKS: Kind.CLICK}
BOTH = tuple(KINDS)
_NO = frozenset({Consent.REFUSED, Consent.WITHDRAWN})
_LEAST_FIRST = (Consent.WITHDRAWN, Consent.REFUSED, Consent.UNKNOWN, Consent.GRANTED)


@dataclass(frozen=True)
class Evidence:
    """How we know what a person said, for who asks later."""

    source: str
    details: Mapping[str, Any] = field(default_factory=dict)
    # The words they answered to.
    notice: str = ""
    said_at: datetime | None = None
    actor: User | None = None


def answers(contact: Contact) -> dict[Purpose, Consent]:
    """Return what the person last said about each purpose."""
    opens = Consent(contact.measuring)
    clicks = Consent(contact.measuring_clicks) if contact.measuring_clicks else opens
    return {Purpose.OPENS: opens, Purpose.CLICKS: clicks}


def least(contact: Contact) -> Consent:
    """Return the answer that allows least: what one word can say for both purposes."""
    return min(answers(contact).values(), key=_LEAST_FIRST.index)


def least_of(one: Contact, other: Contact) -> dict[Purpose, Consent]:
    """Return what two contacts say together about each purpose: what allows least."""
    said, also = answers(one), answers(other)
    return {key: min(said[key], also[key], key=_LEAST_FIRST.index) for key in BOTH}


@transaction.atomic
def grant(contact: Contact, evidence: Evidence, purposes: Collection[Purpose] = BOTH) -> bool:
    """Record that the person agreed to `purposes`; say whether that is new."""
    found = _locked(contact)
    said = answers(found)
    news = {one: Consent.GRANTED for one in purposes if said[one] != Consent.GRANTED}
    if not news:
        return False
    _write(found, said, news, evidence)
    _copy(found, contact)
    return True


@transaction.atomic
def refuse(contact: Contact, evidence: Evidence, purposes: Collection[Purpose] = BOTH) -> bool:
    """Record that the person does not want `purposes` measured; say whether that is new."""
    found = _locked(contact)
    said = answers(found)
    news = {
        one: Consent.WITHDRAWN if said[one] == Consent.GRANTED else Consent.REFUSED
        for one in purposes
        if said[one] not in _NO
    }
    if not news:
        return False
    found.consent_epoch += 1
    # What is left of it is learned again from what they still agree to.
    found.last_seen_on = None
    found.learned_zone = ""
    _write(found, said, news, evidence)
    muting.mute({found.pk: found.consent_epoch}, {KINDS[one] for one in news})
    _copy(found, contact)
    return True


@transaction.atomic
def lower(contact: Contact, said: Mapping[Purpose, Consent], evidence: Evidence) -> None:
    """Write down `said`, which allows no more than before, as the last word on both purposes.

    What was kept of a person about a purpose that they refuse goes, whoever refused it.
    """
    found = _locked(contact)
    before = answers(found)
    refused = [one for one in BOTH if said[one] in _NO]
    if any(before[one] not in _NO for one in refused):
        found.consent_epoch += 1
    if Consent.GRANTED not in said.values():
        found.last_seen_on = None
        found.learned_zone = ""
    _write(found, before, said, evidence)
    if refused:
        muting.mute({found.pk: found.consent_epoch}, {KINDS[one] for one in refused})
    _copy(found, contact)


def withdraw(contact: Contact, evidence: Evidence) -> bool:
    """Record that a person who agreed takes it back; say whether there was anything to take."""
    contact.refresh_from_db(fields=["measuring", "measuring_clicks"])
    granted = [one for one, said in answers(contact).items() if said == Consent.GRANTED]
    return bool(granted) and refuse(contact, evidence, granted)


def _locked(contact: Contact) -> Contact:
    return Contact.objects.select_for_update().get(pk=contact.pk)


def _write(
    contact: Contact,
    said: Mapping[Purpose, Consent],
    news: Mapping[Purpose, Consent],
    evidence: Evidence,
) -> None:
    now = {**said, **news}
    contact.measuring = now[Purpose.OPENS]
    apart = now[Purpose.CLICKS] != now[Purpose.OPENS]
    contact.measuring_clicks = now[Purpose.CLICKS] if apart else ""
    contact.save(
        update_fields=[
            *("measuring", "measuring_clicks", "consent_epoch"),
            *("last_seen_on", "learned_zone", "updated_at"),
        ]
    )
    notice = notices.keep(contact.workspace_id, evidence.notice) if evidence.notice else None
    for purpose, state in _lines(news):
        ConsentEntry.objects.create(
            workspace_id=contact.workspace_id,
            contact=contact,
            purpose=purpose,
            state=state,
            source=evidence.source,
            notice=notice,
            evidence=dict(evidence.details),
            said_at=evidence.said_at,
            actor=evidence.actor,
        )


def _lines(news: Mapping[Purpose, Consent]) -> list[tuple[Purpose, Consent]]:
    """What is alike for both is one line."""
    states = list(news.values())
    if len(states) == len(BOTH) and states[0] == states[1]:
        return [(Purpose.BOTH, states[0])]
    return list(news.items())


def _copy(found: Contact, contact: Contact) -> None:
    for name in ("measuring", "measuring_clicks", "consent_epoch", "last_seen_on", "learned_zone"):
        setattr(contact, name, getattr(found, name))
