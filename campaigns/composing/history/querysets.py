"""Questions about the versions of a campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.composing.history.models import Version

# All versions are kept for so long; of each day before that, the last.
ALL_KEPT = timedelta(days=30)
MOST_KEPT = 500


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions of one campaign, in the words of its history."""

    def newest_first(self) -> VersionQuerySet:
        return self.order_by("-number")

    def before(self, number: int) -> Version | None:
        """Return the version that came before the one with this number."""
        return self.filter(number__lt=number).newest_first().first()

    def thin(self) -> None:
        """Delete what is not kept any longer."""
        old = self.filter(saved_at__lt=Now() - ALL_KEPT).order_by("number")
        # Of a day, the last one stands.
        last_of_days = {at.date(): pk for pk, at in old.values_list("pk", "saved_at")}
        old.exclude(pk__in=last_of_days.values()).delete()
        too_many = self.newest_first().values_list("pk", flat=True)[MOST_KEPT:]
        self.filter(pk__in=list(too_many)).delete()
