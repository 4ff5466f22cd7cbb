"""What members write down about a contact, for each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace


class Note(models.Model):
    """A remark of a member about a contact. It is theirs to take away, like all about them."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    # Its index is for a contact's page, and for forgetting a person.
    contact = models.ForeignKey("audience.Contact", models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=4000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text=""), name="audience_note_says_something"
            )
        ]

    def __str__(self) -> str:
        return f"note {self.pk} on {self.contact_id}"
