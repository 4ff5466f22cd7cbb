"""Links that show a report to whoever has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.reports.models import ShareLink


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Links and whether they still open."""

    def open(self) -> ShareLinkQuerySet:
        """Those that were not revoked and are not over, by the database's clock."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=Now())

    def revoke(self) -> bool:
        """Shut the one link, and say whether this call did."""
        return self.open().update(revoked_at=Now()) == 1
