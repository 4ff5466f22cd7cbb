"""Compare all contacts of a workspace with each other, behind the page, and keep who is alike.

A look takes seconds for a million people, so pages show what the last one found. It may be
asked for by many at once, and run by many: one does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from campaigns.accounts.models import User, Workspace
from campaigns.audience import statements, suspecting
from campaigns.audience.duplicates import resembling
from campaigns.audience.models import Contact, Resemblance, ResemblanceLook

# More than anybody looks through.
MOST = 10_000
# So old may be what was found, where somebody has asked once.
LASTS = timedelta(days=1)


def ask(workspace: Workspace) -> None:
    """Ask for a look; a worker that is told, or the beat, does it."""
    now = timezone.now()
    ResemblanceLook.objects.update_or_create(workspace=workspace, defaults={"asked_at": now})


def look(workspace_id: int) -> bool:
    """Look, if somebody asked; say whether this call was the one."""
    with transaction.atomic():
        rows = _asked().select_for_update(skip_locked=True)
        mine = rows.filter(workspace=workspace_id).first()
        if mine is None:
            return False
        mine.looked_at = timezone.now()
        mine.is_cut = _compare(workspace_id, mine.looked_at) > MOST
        mine.save(update_fields=["looked_at", "is_cut"])
    return True


def resume(ring: Callable[[int], object]) -> int:
    """Ring for each look that nobody has done yet; return how many. For the beat."""
    ids = list(_asked().values_list("workspace", flat=True))
    for workspace_id in ids:
        ring(workspace_id)
    return len(ids)


def renew() -> None:
    """Ask again for looks that are old. For the beat."""
    now = timezone.now()
    ResemblanceLook.objects.filter(looked_at__lt=now - LASTS).update(asked_at=now)


def open_ones(workspace: Workspace) -> QuerySet[Resemblance]:
    """Return who may be one person, the surest first; who is gone is nobody any more."""
    rows = workspace.resemblances.filter(dismissed_at__isnull=True)
    # A join with both leaves out who was deleted since.
    rows = rows.filter(first__workspace=workspace, second__workspace=workspace)
    rows = rows.annotate(sureness=resembling.order("reason"))
    return rows.select_related("first", "second").order_by("sureness", "first", "second")


def twins(contact: Contact) -> list[tuple[Contact, str]]:
    """Return who may be the same person as the contact, and why."""
    rows = open_ones(contact.workspace).filter(Q(first=contact) | Q(second=contact))
    return [
        (row.second if row.first_id == contact.pk else row.first, row.get_reason_display())
        for row in rows
    ]


def dismiss(workspace: Workspace, pairs: Sequence[int], by: User) -> int:
    """Remember of these pairs that they are two people; return of how many that is new."""
    rows = workspace.resemblances.filter(pk__in=pairs, dismissed_at__isnull=True)
    return rows.update(dismissed_at=timezone.now(), dismissed_by=by)


def _asked() -> QuerySet[ResemblanceLook]:
    waits = Q(looked_at__isnull=True) | Q(looked_at__lt=F("asked_at"))
    return ResemblanceLook.objects.filter(waits)


def _compare(workspace_id: int, at: datetime) -> int:
    slips = suspecting.mistyped()
    values = {
        "workspace": workspace_id,
        "slips": list(slips),
        "meant": list(slips.values()),
        "most": MOST,
        "at": at,
    }
    statements.run("SET LOCAL work_mem = '64MB'", values)
    found = statements.number(resembling.COMPARE, values)
    statements.run(resembling.LET_GO, values)
    return found
