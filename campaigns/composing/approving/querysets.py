"""Questions about what members say of campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Max, Min, Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.composing.models import Comment


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments on campaigns."""

    def untold(self, *, within: timedelta) -> CommentQuerySet:
        """Those that nobody was told of by mail; what is older than `within` is no news."""
        return self.filter(told_at__isnull=True, at__gte=Now() - within)

    def settled(self, *, quiet: timedelta, longest: timedelta) -> list[int]:
        """Return the campaigns of which nobody said anything for a while, oldest talk first.

        Or of which the first of these comments waits for too long.
        """
        talks = self.values("campaign").annotate(first=Min("at"), last=Max("at"))
        settled = talks.filter(Q(last__lte=Now() - quiet) | Q(first__lte=Now() - longest))
        return list(settled.order_by("first").values_list("campaign", flat=True))

    def claim(self) -> list[Comment]:
        """Take those that no other worker tells of, in the order in which they were said."""
        with transaction.atomic():
            rows = self.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
            found = list(rows.select_related("author"))
            self.model.objects.filter(pk__in=[one.pk for one in found]).update(told_at=Now())
        return found
