"""The words by which people are found, beside the people: an import need not wait for them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from campaigns.accounts.models import Workspace


class Wording(models.Model):
    """The words of a contact's address, names and text fields.

    The database keeps them by itself whenever contacts are added, changed or deleted; only
    those of a large import come later.
    """

    # No constraint: a trigger removes it, and an import writes a million at once.
    contact = models.OneToOneField(
        "audience.Contact",
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="wording",
    )
    words = SearchVectorField()

    class Meta:
        # For ContactQuerySet.matching(). New words wait in a list that is merged into the index
        # when it is full, or by autovacuum; each search reads it, 16 MB of it in 90 ms.
        indexes = [
            GinIndex(fields=["words"], name="audience_wording_words", gin_pending_list_limit=2048)
        ]

    def __str__(self) -> str:
        return f"words of {self.contact_id}"


class Unworded(models.Model):
    """Contacts whose words are not noted yet: those of one workspace between two ids."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.first_id} to {self.last_id}"
