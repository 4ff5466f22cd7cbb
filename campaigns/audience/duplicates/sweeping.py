"""Make one of all pairs of a reason, behind the page: pair by pair, each committed with how far.

A `kill -9` costs the pair that it hit. A second worker finds the row locked and does nothing.
Which pairs, is fixed by who says yes: later ones are left for the next time. Each becomes what
its own page proposes. Knows nothing of Celery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from campaigns.accounts.models import User, Workspace
from campaigns.audience.duplicates import looking, uniting
from campaigns.audience.duplicates.forms import MergeForm
from campaigns.audience.models import Resemblance, Sweep

# Two of one name may be father and son: those are looked at one by one.
REASONS = (Resemblance.Reason.GMAIL, Resemblance.Reason.TAGGED, Resemblance.Reason.MISTYPED)
SHOWN = timedelta(days=1)


@dataclass(frozen=True)
class Pairs:
    """How many pairs of a reason there are, up to the newest of them."""

    count: int
    upto: int


def pairs(workspace: Workspace, reason: str, upto: int | None = None) -> Pairs:
    """Count the pairs of a reason, or those that a member has seen counted."""
    found = _of(workspace, reason)
    if upto is not None:
        found = found.filter(pk__lte=upto)
    # Without the order of pages, by which they would be counted one by one.
    facts = found.order_by().aggregate(count=Count("pk"), upto=Max("pk"))
    return Pairs(facts["count"], facts["upto"] or 0)


def start(workspace: Workspace, reason: str, upto: int, by: User) -> Sweep | None:
    """Begin with the pairs up to this one; None where there are none, or one is going on."""
    found = pairs(workspace, reason, upto)
    if not found.count:
        return None
    facts = {"reason": reason, "upto": found.upto, "pairs": found.count, "created_by": by}
    try:
        with transaction.atomic():
            return Sweep.objects.create(workspace=workspace, **facts)
    except IntegrityError:
        return None


def stop(workspace: Workspace) -> bool:
    """Stop what is going on behind the pair that is being made one; say whether it went on."""
    running = Sweep.objects.filter(workspace=workspace, status=Sweep.Status.RUNNING)
    return running.update(status=Sweep.Status.STOPPED, ended_at=timezone.now()) == 1


def newest(workspace: Workspace) -> Sweep | None:
    """Return the one that is going on, or ended not long ago."""
    rows = Sweep.objects.filter(workspace=workspace)
    found = rows.exclude(ended_at__lt=timezone.now() - SHOWN)
    return found.order_by("-pk").first()


def run(sweep_id: int) -> None:
    """Go on to the end. Does nothing when it is over."""
    while _step(sweep_id):
        pass


def resume(ring: Callable[[int], object]) -> int:
    """Ring for each one that is not over; return how many. For the beat."""
    ids = list(Sweep.objects.filter(status=Sweep.Status.RUNNING).values_list("pk", flat=True))
    for sweep_id in ids:
        ring(sweep_id)
    return len(ids)


def _of(workspace: Workspace, reason: str) -> QuerySet[Resemblance]:
    return looking.open_ones(workspace).filter(reason=reason)


@transaction.atomic
def _step(sweep_id: int) -> bool:
    """Make the next pair one; say whether there may be more."""
    rows = Sweep.objects.select_for_update(skip_locked=True, of=["self"])
    going_on = rows.filter(pk=sweep_id, status=Sweep.Status.RUNNING)
    one = going_on.select_related("workspace", "created_by").first()
    if one is None:
        return False
    left = _of(one.workspace, one.reason).filter(pk__gt=one.after, pk__lte=one.upto)
    pair = left.order_by("pk").first()
    if pair is None or one.created_by is None:
        one.status, one.ended_at = Sweep.Status.DONE, timezone.now()
    else:
        one.after = pair.pk
        one.merged += _unite(pair, one.created_by)
        one.seen += 1
    one.save(update_fields=["status", "ended_at", "after", "merged", "seen"])
    return one.status == Sweep.Status.RUNNING


def _unite(pair: Resemblance, by: User) -> bool:
    """Make a pair one as its page proposes; say whether it went. Who is just being changed is
    left as they are."""
    proposed = MergeForm(pair.first, pair.second, None)
    values = {
        name: proposed.get_initial_for_field(field, name) for name, field in proposed.fields.items()
    }
    form = MergeForm(pair.first, pair.second, values)
    if not form.is_valid():
        return False
    try:
        uniting.unite(*form.chosen(), by)
    except uniting.UnitingError:
        return False
    return True
