"""The sample's lists and the people on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from campaigns.accounts.models import Workspace
from campaigns.audience import addresses, suppression
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    List,
    Subscription,
    Suppression,
    Unsubscription,
)
from campaigns.reports.demo import mailings
from campaigns.reports.demo.people import Reader
from campaigns.reports.querysets.sample import backdate, gather_statistics

DAYS = 420
STATEMENT = "Tulip & Thyme may see whether I open its letters and which links I follow."
BATCH = 1000


@dataclass(frozen=True)
class Audience:
    """The contacts of the sample by id, and the people they stand for."""

    lists: dict[str, List]
    readers: dict[int, Reader]
    joined: dict[int, datetime]


def settle(workspace: Workspace, readers: list[Reader], random: Random, now: datetime) -> Audience:
    """Put the readers into the workspace, as if they had come over the last year."""
    contacts = Contact.objects.bulk_create(
        (_contact(workspace, reader) for reader in readers), batch_size=BATCH
    )
    # More came of late than in the beginning; the last of them this morning.
    joined = {
        contact.pk: now - timedelta(days=DAYS * (1 - (place + 1) / len(contacts)) ** 1.3, hours=2)
        for place, contact in enumerate(contacts)
    }
    backdate(Contact, "created_at", joined)
    _answer(workspace, contacts, joined)
    lists = _subscribe(workspace, contacts, joined, random)
    _stop_some(workspace, contacts, joined, random)
    gather_statistics(Contact, Subscription, Suppression)
    return Audience(
        lists=lists,
        readers=dict(zip((contact.pk for contact in contacts), readers, strict=True)),
        joined=joined,
    )


def _contact(workspace: Workspace, reader: Reader) -> Contact:
    email = addresses.check(reader.email)
    key = addresses.key(email)
    return Contact(
        workspace=workspace,
        email=email,
        email_key=key,
        fingerprint=addresses.fingerprint(workspace.pk, key),
        first_name=reader.first_name,
        last_name=reader.last_name,
        language=reader.language,
        time_zone=reader.time_zone,
        country=reader.country,
        fields={"city": reader.city},
        measuring=reader.measuring,
        consent_epoch=1 if reader.measuring == Consent.REFUSED else 0,
    )


def _answer(workspace: Workspace, contacts: list[Contact], joined: dict[int, datetime]) -> None:
    ConsentEntry.objects.bulk_create(
        (
            ConsentEntry(
                workspace=workspace,
                contact=contact,
                state=contact.measuring,
                source=ConsentEntry.Source.IMPORT,
                evidence={"statement": STATEMENT},
                said_at=joined[contact.pk],
                at=joined[contact.pk],
            )
            for contact in contacts
            if contact.measuring != Consent.UNKNOWN
        ),
        batch_size=BATCH,
    )


def _subscribe(
    workspace: Workspace, contacts: list[Contact], joined: dict[int, datetime], random: Random
) -> dict[str, List]:
    lists: dict[str, List] = {}
    for name, description, share in mailings.LISTS:
        one = List.objects.create(workspace=workspace, name=name, description=description)
        lists[name] = one
        # Everybody is on the first list or on another one: nobody is left over.
        chosen = [
            contact
            for place, contact in enumerate(contacts)
            if random.random() < share or (place % 7 == 0 and share > 0.4)
        ]
        rows = Subscription.objects.bulk_create(
            (Subscription(workspace=workspace, list=one, contact=contact) for contact in chosen),
            batch_size=BATCH,
        )
        backdate(Subscription, "subscribed_at", {row.pk: joined[row.contact_id] for row in rows})
        backdate(List, "created_at", {one.pk: min(joined.values())})
        _leave_some(rows, joined, random)
    return lists


def _leave_some(rows: list[Subscription], joined: dict[int, datetime], random: Random) -> None:
    """One in thirty has left again since, by the link in a mail long ago."""
    left = random.sample(rows, len(rows) // 30)
    newest = max(joined.values())
    moments = {
        row.pk: joined[row.contact_id] + (newest - joined[row.contact_id]) * random.random()
        for row in left
    }
    Subscription.objects.filter(pk__in=moments).end()
    backdate(Subscription, "unsubscribed_at", moments)
    kept = Unsubscription.objects.bulk_create(
        Unsubscription(
            workspace_id=row.workspace_id,
            contact_id=row.contact_id,
            list_id=row.list_id,
            source=Unsubscription.Source.PAGE,
        )
        for row in left
    )
    backdate(
        Unsubscription, "at", dict(zip((one.pk for one in kept), moments.values(), strict=True))
    )


def _stop_some(
    workspace: Workspace, contacts: list[Contact], joined: dict[int, datetime], random: Random
) -> None:
    stopped = random.sample(contacts, len(contacts) // 120)
    fifth = len(stopped) // 5
    for reason, part in (
        (Suppression.Reason.COMPLAINT, stopped[:fifth]),
        (Suppression.Reason.MANUAL, stopped[fifth : 2 * fifth]),
        (Suppression.Reason.HARD_BOUNCE, stopped[2 * fifth :]),
    ):
        suppression.suppress(workspace.pk, [bytes(one.fingerprint) for one in part], reason)
    newest = max(joined.values())
    moments = {
        bytes(one.fingerprint): joined[one.pk] + (newest - joined[one.pk]) * random.random()
        for one in stopped
    }
    rows = Suppression.objects.filter(workspace=workspace, fingerprint__in=list(moments))
    backdate(Suppression, "at", {row.pk: moments[bytes(row.fingerprint)] for row in rows})
