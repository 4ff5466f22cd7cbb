"""Mails of one campaign to one person who were two contacts when they went out."""

from __future__ import annotations

from django.db import models

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact


class SecondDelivery(models.Model):
    """A delivery that names no contact, since the person has another one of its campaign."""

    delivery = models.OneToOneField(
        "sending.Delivery", models.CASCADE, primary_key=True, related_name="second"
    )
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.delivery_id} to {self.contact_id}"
