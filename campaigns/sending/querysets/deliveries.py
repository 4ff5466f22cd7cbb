"""Questions about deliveries, in the words of the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from campaigns.sending import naming

if TYPE_CHECKING:
    from campaigns.audience.models import Contact
    from campaigns.sending.models import Delivery

# A campaign is not over while one of its deliveries is in one of these.
OPEN = ("pending", "claimed", "sending")
TROUBLED = ("failed", "expired", "unknown", "suppressed")

# What a breaker holds waits for so long: an odd century, in a unit that no calendar bends.
HELD = timedelta(hours=876_000)

# What the index of random names is limited to.
RANDOM_NAME = RawSQL(
    "substr(sending_delivery.uuid::text, 15, 1) = '4'", (), output_field=models.BooleanField()
)


def both(opens: str, clicks: str) -> str:
    """Name what two modes record together: a mode, or "opens" or "clicks" for one alone."""
    match opens == "individual", clicks == "individual":
        case True, True:
            return "individual"
        case True, False:
            return "opens"
        case False, True:
            return "clicks"
    return "aggregate" if "aggregate" in (opens, clicks) else "none"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, in the words of the ledger."""

    def among(self, ids: Sequence[int]) -> DeliveryQuerySet:
        """Deliveries with these ids: one array, where each as a parameter takes longer to tell."""
        return self.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(ids)]))

    def named(self, names: Sequence[uuid.UUID]) -> DeliveryQuerySet:
        """Deliveries that bear these names in their mails; see `naming`."""
        telling = [name for name in names if naming.row_of(name) is not None]
        found = Q(pk__in=[naming.row_of(name) for name in telling], uuid__in=telling)
        others = [name for name in names if name not in telling]
        if others:
            found |= Q(RANDOM_NAME, uuid__in=others)
        return self.filter(found)

    def of(self, contact: Contact) -> DeliveryQuerySet:
        """Deliveries to this person, also those to a contact who was merged into them."""
        mine = self.model.objects.filter(contact=contact).order_by().values("pk")
        second = self.model.objects.filter(second__contact=contact).order_by().values("pk")
        # An OR across the two tables would be answered by reading all deliveries.
        return self.filter(workspace=contact.workspace_id, pk__in=mine.union(second))

    def pending(self) -> DeliveryQuerySet:
        """Deliveries that nobody holds."""
        return self.filter(state="pending")

    def waiting(self) -> DeliveryQuerySet:
        """The same by their index, which knows only of times."""
        return self.filter(next_at__isnull=False)

    def open(self) -> DeliveryQuerySet:
        """Deliveries that are not decided yet."""
        return self.filter(state__in=OPEN)

    def claimable(self) -> DeliveryQuerySet:
        """Deliveries that a worker could take now."""
        return self.waiting().filter(next_at__lte=Now())

    def not_held(self) -> DeliveryQuerySet:
        """Deliveries that no breaker moved out of the way; see `holding`."""
        return self.filter(next_at__lt=Now() + HELD / 2)

    def waves(self) -> list[tuple[datetime, int]]:
        """Count the deliveries that wait for their own hour, by the moment they wait for."""
        waiting = self.waiting().not_held().filter(attempt=0, next_at__gt=Now())
        return list(waiting.order_by("next_at").values_list("next_at").annotate(n=Count("pk")))

    def unknown(self) -> DeliveryQuerySet:
        """Deliveries that may or may not have been taken."""
        return self.filter(state="unknown")

    def troubled(self) -> DeliveryQuerySet:
        """Deliveries whose story a marketer should know: refused, unsure, or left out."""
        return self.filter(troubled_at__isnull=False)

    def counts(self) -> dict[str, int]:
        """Count the deliveries by state, in one query."""
        rows = self.order_by().values_list("state").annotate(n=Count("pk"))
        return dict(rows)

    def versions(self, newest: int) -> dict[str, int]:
        """Count who got an earlier content than `newest`, and who gets or got that one."""
        gone, waiting = Q(state__in=("sent", "unknown", "sending")), Q(state__in=OPEN)
        return self.aggregate(
            earlier=Count("pk", filter=gone & Q(revision__lt=newest)),
            newest=Count("pk", filter=gone & Q(revision=newest)),
            waiting=Count("pk", filter=waiting & ~Q(state="sending")),
        )

    def modes(self) -> dict[str, int]:
        """Count the deliveries by how they are tracked, in one query."""
        rows = self.order_by().values_list("mode").annotate(n=Count("pk"))
        return dict(rows)
