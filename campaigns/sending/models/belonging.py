"""In which of a mail's segments its recipients were."""

from __future__ import annotations

from django.db import models

from campaigns.accounts.models import Workspace


class Belonging(models.Model):
    """What the segments said of a delivery's recipient when its mail was first made.

    Only of mails with parts for a segment: by it the mail is made again, word for word, for
    another try and for the recipient's browser.
    """

    delivery = models.OneToOneField(
        "sending.Delivery", models.CASCADE, primary_key=True, related_name="belonging"
    )
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    # The content that was made: another asks anew.
    revision = models.PositiveIntegerField()
    # {merge tag: "in" or "out"}
    said = models.JSONField()

    def __str__(self) -> str:
        return f"belonging of {self.delivery_id}"
