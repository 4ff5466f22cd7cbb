"""Addresses that this workspace must not mail, known by fingerprint alone, and whole domains."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.utils import timezone

from campaigns.audience import addresses
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
    """Stop all mail to the addresses; return how many were not stopped before.

    The first reason stays: a bounce after a complaint does not make the complaint undone.
    """
    rows = [
        Suppression(
            workspace_id=workspace_id,
            fingerprint=bytes(fingerprint),
            reason=reason,
            source=source or _SOURCES.get(reason, Suppression.Source.MEMBER),
            note=note,
            campaign_id=campaign_id,
        )
        for fingerprint in fingerprints
    ]
    mine = Suppression.objects.filter(workspace=workspace_id)
    known = mine.filter(fingerprint__in=[row.fingerprint for row in rows]).count()
    Suppression.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return mine.filter(fingerprint__in=[row.fingerprint for row in rows]).count() - known


def suppress_domains(workspace_id: int, domains: Iterable[str], note: str = "") -> int:
    """Stop all mail to the domains and what is below them; return how many were not stopped."""
    wanted = set(domains)
    mine = SuppressedDomain.objects.filter(workspace=workspace_id, domain__in=wanted)
    known = mine.count()
    SuppressedDomain.objects.bulk_create(
        [SuppressedDomain(workspace_id=workspace_id, domain=one, note=note) for one in wanted],
        batch_size=1000,
        ignore_conflicts=True,
    )
    return mine.count() - known


def find(workspace_id: int, email: str) -> Suppression | None:
    """Return why `email`, or a whole domain, is not mailed; None when it may be.

    What is known of the address itself comes first; its domain stands in where there is none.
    """
    fingerprint = addresses.fingerprint(workspace_id, addresses.key(email))
    found = Suppression.objects.filter(workspace=workspace_id, fingerprint=fingerprint).first()
    stopped = None if found else find_domain(workspace_id, email)
    if stopped is None:
        return found
    return Suppression(
        workspace_id=workspace_id,
        fingerprint=fingerprint,
        reason=Suppression.Reason.DOMAIN,
        note=stopped.domain,
        at=stopped.at,
    )


def find_domain(workspace_id: int, email: str) -> SuppressedDomain | None:
    """Return what stops the domain of `email`, which may be a domain alone; None: nothing does."""
    labels = addresses.key(email).rpartition("@")[2].split(".")
    above = [".".join(labels[number:]) for number in range(len(labels))]
    rows = SuppressedDomain.objects.filter(workspace=workspace_id, domain__in=above)
    return rows.order_by("pk").first()


def lift(workspace_id: int, fingerprint: bytes | memoryview, reason: str) -> bool:
    """Allow mail to the address again if `reason` was what stopped it; say whether it was."""
    deleted, _rows = Suppression.objects.filter(
        workspace=workspace_id, fingerprint=bytes(fingerprint), reason=reason
    ).delete()
    return deleted > 0


def may_lift(found: Suppression, entry: str) -> bool:
    """Whether a member may undo what stops `entry`: never what the person asked for.

    A domain that is stopped only by one above it is freed there.
    """
    if found.reason == Suppression.Reason.DOMAIN:
        return found.note == entry
    return found.reason in _FORGIVABLE


def lift_entry(workspace_id: int, entry: str) -> bool:
    """Allow mail to an address or a domain again, if a member may; say whether it was done."""
    if "@" not in entry:
        return lift_domain(workspace_id, entry)
    fingerprint = addresses.fingerprint(workspace_id, addresses.key(entry))
    return any(lift(workspace_id, fingerprint, reason) for reason in _FORGIVABLE)


def lift_domain(workspace_id: int, domain: str) -> bool:
    """Allow mail to the domain again; addresses that are stopped themselves stay so."""
    mine = SuppressedDomain.objects.filter(workspace=workspace_id, domain=domain)
    deleted, _rows = mine.delete()
    return deleted > 0


def expire() -> int:
    """Mail addresses again that were given up for half a year without being known dead."""
    soft = Suppression.objects.filter(reason=Suppression.Reason.SOFT_BOUNCES)
    deleted, _rows = soft.filter(at__lt=timezone.now() - SOFT_KEPT).delete()
    return deleted
