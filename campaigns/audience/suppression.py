"""Addresses that this workspace must not mail, known by fingerprint alone."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from campaigns.audience import addresses
from campaigns.audience.models import Suppression

# A mailbox that was full for weeks may be read again; one that is dead is not.
SOFT_KEPT = timedelta(days=180)


def suppress(
    workspace_id: int,
    fingerprints: Iterable[bytes | memoryview],
    reason: str,
    campaign_id: int | None = None,
) -> int:
    """Stop all mail to the addresses; return how many were not stopped before.

    The first reason stays: a bounce after a complaint does not make the complaint undone.
    """
    rows = [
        Suppression(
            workspace_id=workspace_id,
            fingerprint=bytes(fingerprint),
            reason=reason,
            campaign_id=campaign_id,
        )
        for fingerprint in fingerprints
    ]
    mine = Suppression.objects.filter(workspace=workspace_id)
    known = mine.filter(fingerprint__in=[row.fingerprint for row in rows]).count()
    Suppression.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return mine.filter(fingerprint__in=[row.fingerprint for row in rows]).count() - known


def find(workspace_id: int, email: str) -> Suppression | None:
    """Return why `email` is not mailed, or None when it may be."""
    fingerprint = addresses.fingerprint(workspace_id, addresses.key(email))
    return Suppression.objects.filter(workspace=workspace_id, fingerprint=fingerprint).first()


def lift(workspace_id: int, fingerprint: bytes | memoryview, reason: str) -> bool:
    """Allow mail to the address again if `reason` was what stopped it; say whether it was."""
    deleted, _rows = Suppression.objects.filter(
        workspace=workspace_id, fingerprint=bytes(fingerprint), reason=reason
    ).delete()
    return deleted > 0


def expire() -> int:
    """Mail addresses again that were given up for half a year without being known dead."""
    soft = Suppression.objects.filter(reason=Suppression.Reason.SOFT_BOUNCES)
    deleted, _rows = soft.filter(at__lt=timezone.now() - SOFT_KEPT).delete()
    return deleted
