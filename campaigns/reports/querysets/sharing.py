"""Links that show a report to whoever has them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.reports.models import ShareLink


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Links and whether they still open."""

    def open(self) -> ShareLinkQuerySet:
        """Those that were not revoked and are not over, by the database's clock."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=Now())

    def ended(self) -> ShareLinkQuerySet:
        """Those that open nothing any more."""
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=Now()))

    def opened_on(self, day: date) -> None:
        """Keep the day, unless a later one is known."""
        earlier = Q(last_opened_on__isnull=True) | Q(last_opened_on__lt=day)
        self.filter(earlier).update(last_opened_on=day)

    def revoke(self) -> bool:
        """Shut the one link, and say whether this call did."""
        return self.open().update(revoked_at=Now()) == 1
