"""People agree to be measured, refuse, or take it back.

The ledger is only ever added to. A refusal works backwards too: mails that are already
out stop collecting, and what was collected goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.accounts.models import User
from campaigns.audience.models import Consent, ConsentEntry, Contact
from tracking import muting


@dataclass(frozen=True)
class Evidence:
    """How we know what a person said, for who asks later."""

    source: str
    details: Mapping[str, Any] = field(default_factory=dict)
    said_at: datetime | None = None
    actor: User | None = None


@transaction.atomic
def grant(contact: Contact, evidence: Evidence) -> bool:
    """Record that the person agreed; say whether that is new."""
    found = Contact.objects.select_for_update().get(pk=contact.pk)
    if found.measuring == Consent.GRANTED:
        return False
    _write(found, Consent.GRANTED, evidence)
    contact.measuring = found.measuring
    return True


@transaction.atomic
def refuse(contact: Contact, evidence: Evidence) -> bool:
    """Record that the person does not want to be measured; say whether that is new."""
    found = Contact.objects.select_for_update().get(pk=contact.pk)
    if found.measuring in {Consent.REFUSED, Consent.WITHDRAWN}:
        return False
    agreed_before = found.measuring == Consent.GRANTED
    found.consent_epoch += 1
    found.last_seen_on = None
    found.learned_zone = ""
    _write(found, Consent.WITHDRAWN if agreed_before else Consent.REFUSED, evidence)
    muting.mute({found.pk: found.consent_epoch})
    contact.measuring, contact.consent_epoch = found.measuring, found.consent_epoch
    return True


def withdraw(contact: Contact, evidence: Evidence) -> bool:
    """Record that a person who agreed takes it back; say whether there was anything to take."""
    contact.refresh_from_db(fields=["measuring"])
    return contact.measuring == Consent.GRANTED and refuse(contact, evidence)


def _write(contact: Contact, state: Consent, evidence: Evidence) -> None:
    contact.measuring = state
    changed = ["measuring", "consent_epoch", "last_seen_on", "learned_zone", "updated_at"]
    contact.save(update_fields=changed)
    ConsentEntry.objects.create(
        workspace_id=contact.workspace_id,
        contact=contact,
        state=state,
        source=evidence.source,
        evidence=dict(evidence.details),
        said_at=evidence.said_at,
        actor=evidence.actor,
    )
