"""All SQL of the delivery ledger: claim, intend, settle, reap, count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from campaigns.sending.models import Delivery


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, in the words of the ledger."""

    def pending(self) -> DeliveryQuerySet:
        """Deliveries that nobody holds."""
        return self.filter(state="pending")
