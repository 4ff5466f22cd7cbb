"""Make two contacts one person. It cannot be taken apart again.

The one whose address is kept stays; what was kept of the other becomes theirs. Wherever the
two differ about what the person wants, the stricter one counts, so that nobody gets or gives
away more than before. What was said stays in the ledger, under the address that it was said
for. Higher rooms hand over what is theirs, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.accounts.models import User
from campaigns.audience import changing, consent, mail_ledger, statements
from campaigns.audience.duplicates import sql
from campaigns.audience.models import (
    Change,
    Consent,
    ConsentEntry,
    Contact,
    Merger,
    Subscription,
    Suppression,
)
from tracking import merging

# Said by the person, or for them; a mailbox that is dead says nothing of who had it.
SAID_NO = frozenset(
    {
        Suppression.Reason.COMPLAINT,
        Suppression.Reason.UNSUBSCRIBED_ALL,
        Suppression.Reason.MANUAL,
        Suppression.Reason.ERASED,
    }
)


class UnitingError(Exception):
    """One of them is gone, or is not as the member saw them; nothing was changed."""


@dataclass(frozen=True)
class Union:
    """Two contacts in the middle of becoming one."""

    gone: Contact
    # As they are from now on.
    kept: Contact
    # The consent epoch that `kept` had before.
    kept_epoch: int


Uniter = Callable[[Union], None]
_uniters: list[Uniter] = []


def register(uniter: Uniter) -> None:
    """Let a higher room hand over what it keeps of a contact who is merged."""
    if uniter not in _uniters:
        _uniters.append(uniter)


@transaction.atomic
def unite(kept: Contact, gone: Contact, values: Mapping[str, Any], by: User) -> Contact:
    """Make `gone` a part of `kept`, who gets `values`: names of columns, and `fields`.

    Both as the member saw them. Raises `UnitingError` when somebody changed them meanwhile.
    """
    kept, gone = _held(kept, gone)
    before, epoch = changing.snapshot(kept), kept.consent_epoch
    said_no = says_no(gone)
    # Before anything is handed over: by what it says, people are still two.
    lists = _lists_of(gone)
    _hand_over(kept, gone, said_no=said_no)
    merging.merge(gone.pk, into=kept.pk)
    _take_the_stricter(kept, gone, by)
    _close(kept, gone, lists, by)
    _keep_values(kept, gone, values)
    for uniter in _uniters:
        uniter(Union(gone, kept, epoch))
    Contact.objects.filter(pk=gone.pk).delete()
    changing.note(kept, Change.What.MERGED, {"email": gone.email}, by)
    changing.note_edit(kept, before, by)
    return kept


def says_no(contact: Contact) -> bool:
    """Whether nothing may be mailed because the person, or a member for them, said so."""
    rows = Suppression.objects.filter(
        workspace=contact.workspace_id, fingerprint=bytes(contact.fingerprint)
    )
    return rows.filter(reason__in=SAID_NO).exists()


def _held(kept: Contact, gone: Contact) -> tuple[Contact, Contact]:
    """Lock both in the order of their numbers, so that two members wait for each other."""
    mine = Contact.objects.select_for_update().filter(workspace=kept.workspace_id)
    found = {one.pk: one for one in mine.filter(pk__in=[kept.pk, gone.pk]).order_by("pk")}
    if len(found) < 2 or any(found[one.pk].updated_at != one.updated_at for one in (kept, gone)):
        raise UnitingError
    return found[kept.pk], found[gone.pk]


def _lists_of(gone: Contact) -> Sequence[int]:
    return list(gone.subscriptions.order_by("list").values_list("list", flat=True))


def _hand_over(kept: Contact, gone: Contact, *, said_no: bool) -> None:
    values = {
        "workspace": kept.workspace_id,
        "kept": kept.pk,
        "gone": gone.pk,
        "said_no": said_no,
        "email": gone.email,
    }
    for statement in sql.HAND_OVER:
        statements.run(statement, values)
    Merger.objects.create(
        merged_id=gone.pk, workspace_id=kept.workspace_id, contact=kept, email=gone.email
    )


def _take_the_stricter(kept: Contact, gone: Contact, by: User) -> None:
    """Let the least that either agreed to be what is agreed to from now on."""
    said = {*consent.answers(kept).values(), *consent.answers(gone).values()}
    wanted = consent.least_of(kept, gone)
    if kept.consent_epoch != gone.consent_epoch:
        # Nothing of before a refusal may be taken for what was said after it.
        kept.consent_epoch = max(kept.consent_epoch, gone.consent_epoch) + 1
        kept.save(update_fields=["consent_epoch"])
    if said != {Consent.UNKNOWN}:
        consent.lower(kept, wanted, _evidence(gone, by))


def _close(kept: Contact, gone: Contact, lists: Sequence[int], by: User) -> None:
    """Write at the end of the ledger how the person is on the lists that the other was on."""
    rows = Subscription.objects.filter(contact=kept, list__in=lists).select_related("list")
    evidence = _evidence(gone, by)
    for row in rows.order_by("pk"):
        if row.status == Subscription.Status.SUBSCRIBED:
            mail_ledger.begin(kept, row.list, evidence, basis=row.basis)
        else:
            mail_ledger.end(kept, [row.list], evidence)


def _evidence(gone: Contact, by: User) -> consent.Evidence:
    note = _("Merged with %(email)s: the stricter of both counts.") % {"email": gone.email}
    return consent.Evidence(ConsentEntry.Source.MEMBER, {"note": note}, actor=by)


def _keep_values(kept: Contact, gone: Contact, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(kept, name, value)
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.paused_until = max(filter(None, (kept.paused_until, gone.paused_until)), default=None)
    if Consent.GRANTED in consent.answers(kept).values():
        kept.last_seen_on = max(filter(None, (kept.last_seen_on, gone.last_seen_on)), default=None)
        kept.learned_zone = kept.learned_zone or gone.learned_zone
    kept.save(
        update_fields=[
            *values,
            *("created_at", "paused_until", "last_seen_on", "learned_zone", "updated_at"),
        ]
    )
