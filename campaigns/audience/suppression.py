"""Addresses that this workspace must not mail, known by fingerprint alone, and whole domains."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.accounts import audit
from campaigns.accounts.models import Workspace
from campaigns.audience import addresses, suppression_querysets
from campaigns.audience.models import SuppressedDomain, Suppression

# A mailbox that was full for weeks may be read again; one that is dead is not.
SOFT_KEPT = timedelta(days=180)
_FORGIVABLE = (
    Suppression.Reason.MANUAL,
    Suppression.Reason.HARD_BOUNCE,
    Suppression.Reason.SOFT_BOUNCES,
)
_SOURCES: Mapping[str, Suppression.Source] = {
    Suppression.Reason.HARD_BOUNCE: Suppression.Source.BOUNCE,
    Suppression.Reason.SOFT_BOUNCES: Suppression.Source.BOUNCE,
    Suppression.Reason.COMPLAINT: Suppression.Source.COMPLAINT,
    Suppression.Reason.UNSUBSCRIBED_ALL: Suppression.Source.UNSUBSCRIBE,
    Suppression.Reason.ERASED: Suppression.Source.ERASURE,
}


def suppress(
    workspace_id: int,
    fingerprints: Iterable[bytes | memoryview],
    reason: str,
    campaign_id: int | None = None,
    *,
    source: str = "",
    note: str = "",
) -> int:
    """Stop all mail to the addresses; return how many were not stopped for this reason before.

    Other reasons stay beside it: each is taken back by whoever may, and none by another.
    """
    source = source or _SOURCES.get(reason, Suppression.Source.MEMBER)
    values = {"workspace": workspace_id, "reason": reason, "source": source}
    values |= {"note": note, "campaign": campaign_id}
    return suppression_querysets.add(fingerprints, values)


def suppress_domains(workspace_id: int, domains: Iterable[str], note: str = "") -> int:
    """Stop all mail to the domains and what is below them; return how many were not stopped."""
    wanted = sorted(set(domains))
    mine = SuppressedDomain.objects.filter(workspace=workspace_id, domain__in=wanted)
    known = mine.count()
    SuppressedDomain.objects.bulk_create(
        [SuppressedDomain(workspace_id=workspace_id, domain=one, note=note) for one in wanted],
        batch_size=1000,
        ignore_conflicts=True,
    )
    return mine.count() - known


def find(workspace_id: int, email: str) -> Suppression | None:
    """Return the first of the reasons why `email` is not mailed; None when it may be."""
    return next(iter(reasons(workspace_id, email)), None)


def reasons(workspace_id: int, email: str) -> list[Suppression]:
    """Return all reasons why `email`, or a whole domain, is not mailed, the oldest first.

    Those of the address itself come before its domain.
    """
    fingerprint = addresses.fingerprint(workspace_id, addresses.key(email))
    mine = Suppression.objects.filter(workspace=workspace_id, fingerprint=fingerprint)
    found = list(mine.order_by("at", "pk"))
    if stopped := find_domain(workspace_id, email):
        row = Suppression(workspace_id=workspace_id, fingerprint=fingerprint, at=stopped.at)
        row.reason, row.note = Suppression.Reason.DOMAIN, stopped.domain
        found.append(row)
    return found


def find_domain(workspace_id: int, email: str) -> SuppressedDomain | None:
    """Return what stops the domain of `email`, which may be a domain alone; None: nothing does."""
    labels = addresses.key(email).rpartition("@")[2].split(".")
    above = [".".join(labels[number:]) for number in range(len(labels))]
    rows = SuppressedDomain.objects.filter(workspace=workspace_id, domain__in=above)
    return rows.order_by("pk").first()


def lift(workspace_id: int, fingerprint: bytes | memoryview, reason: str) -> bool:
    """Take this reason away from the address; say whether it had it. Others keep it unmailed."""
    return _lift(workspace_id, fingerprint, [reason])


def _lift(workspace_id: int, fingerprint: bytes | memoryview, those: Iterable[str]) -> bool:
    mine = Suppression.objects.filter(workspace=workspace_id, fingerprint=bytes(fingerprint))
    deleted, _rows = mine.filter(reason__in=list(those)).delete()
    return deleted > 0


def may_lift(found: Suppression, entry: str) -> bool:
    """Whether a member may take a reason away from `entry`: never one of the person's own.

    A domain that is stopped only by one above it is freed there.
    """
    if found.reason == Suppression.Reason.DOMAIN:
        return found.note == entry
    return found.reason in _FORGIVABLE


def lift_entry(workspace_id: int, entry: str) -> bool:
    """Take away from an address or a domain what a member may; say whether there was any."""
    if "@" not in entry:
        return lift_domain(workspace_id, entry)
    fingerprint = addresses.fingerprint(workspace_id, addresses.key(entry))
    return _lift(workspace_id, fingerprint, _FORGIVABLE)


def lift_domain(workspace_id: int, domain: str) -> bool:
    """Allow mail to the domain again; addresses that are stopped themselves stay so."""
    mine = SuppressedDomain.objects.filter(workspace=workspace_id, domain=domain)
    deleted, _rows = mine.delete()
    return deleted > 0


def lift_domains(workspace_id: int, ids: Sequence[int]) -> int:
    """Allow mail again to the domains with these ids; return how many were stopped."""
    mine = SuppressedDomain.objects.filter(workspace=workspace_id, pk__in=ids)
    deleted, _rows = mine.delete()
    return deleted


def expire() -> int:
    """Mail addresses again that were given up for half a year without being known dead.

    Each workspace's audit log says how many, since no member did it. Returns how many in all.
    """
    soft = Suppression.objects.filter(
        reason=Suppression.Reason.SOFT_BOUNCES, at__lt=timezone.now() - SOFT_KEPT
    )
    lifted = 0
    for workspace in Workspace.objects.filter(pk__in=soft.values("workspace")).order_by("pk"):
        with transaction.atomic():
            deleted, _rows = soft.filter(workspace=workspace).delete()
            if deleted:
                audit.record(None, workspace, "suppression_expired", addresses=deleted)
        lifted += deleted
    return lifted
