"""Questions about lists: who is on them, how many are, and who left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from campaigns.audience.models import List, Subscription, Unsubscription


# What the address bar may say, and what it means. The name, which no two have, makes it whole.
ORDERS = {
    "name": ("name",),
    "-name": ("-name",),
    "subscribed": ("subscribed", "name"),
    "-subscribed": ("-subscribed", "name"),
    "left": ("unsubscribed", "name"),
    "-left": ("-unsubscribed", "name"),
    "created": ("created_at", "name"),
    "-created": ("-created_at", "name"),
}


class ListQuerySet(models.QuerySet["List"]):
    """Lists and their sizes."""

    def leaving(self) -> ListQuerySet:
        """Those that are being deleted."""
        return self.filter(leaving_since__isnull=False)

    def browse(self, asked: Mapping[str, str]) -> ListQuerySet:
        """Return those that the address asks for by words (`q`), with counts, in its `sort`."""
        found = self.with_counts()
        # PostgreSQL takes no text with a NUL in it.
        for word in asked.get("q", "").replace("\0", " ").split()[:8]:
            found = found.filter(Q(name__icontains=word) | Q(description__icontains=word))
        return found.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["name"]))

    def with_counts(self) -> ListQuerySet:
        """Add how many people are subscribed, and how many left.

        Two indexes know all and those who left; of a million, no row is looked at.
        """
        rows = _subscriptions().filter(list=OuterRef("pk"))
        left = _number(rows.filter(unsubscribed_at__isnull=False))
        return self.annotate(subscribed=_number(rows) - left, unsubscribed=left)


_EveryList = models.Manager.from_queryset(ListQuerySet)


class ListManager(_EveryList["List"]):
    """Lists that are there to stay."""

    def get_queryset(self) -> ListQuerySet:
        return ListQuerySet(self.model, using=self._db).filter(leaving_since__isnull=True)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Who is on which list."""

    def subscribed(self) -> SubscriptionQuerySet:
        """Those that get mail now."""
        return self.filter(status="subscribed")

    def end(self) -> int:
        """Unsubscribe them, and return how many were subscribed until now."""
        return self.subscribed().update(status="unsubscribed", unsubscribed_at=timezone.now())

    def resume(self) -> int:
        """Subscribe them again, and return how many were not."""
        return self.filter(status="unsubscribed").update(status="subscribed", unsubscribed_at=None)


class UnsubscriptionQuerySet(models.QuerySet["Unsubscription"]):
    """Who left."""

    def standing(self) -> UnsubscriptionQuerySet:
        """Those that were not taken back: what reports count."""
        return self.filter(undone_at__isnull=True)

    def reasons(self, workspace_id: int) -> dict[str, int]:
        """Count them by the reason that was given."""
        given = self.filter(workspace=workspace_id).exclude(why="")
        return dict(given.values_list("why").annotate(n=Count("pk")).order_by())


def _number(rows: models.QuerySet[Any]) -> Coalesce:
    """Count the rows of a subquery."""
    counted = rows.order_by().values("list").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted), 0)


def _subscriptions() -> models.QuerySet[Any]:
    # The models import this module for their managers.
    manager: models.Manager[Any] = apps.get_model("audience", "Subscription")._default_manager
    return manager.all()
