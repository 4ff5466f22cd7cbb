"""Words that members put on contacts, to find them again."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.tag_querysets import TaggingQuerySet, TagQuerySet


class Tag(models.Model):
    """A word that a workspace puts on contacts."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="audience_tag_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="audience_tag_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """A tag on a contact."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings", db_index=False)
    # Its index is for a contact's page, and for forgetting a person.
    contact = models.ForeignKey("audience.Contact", models.CASCADE, related_name="taggings")
    at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = TaggingQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also what finds everybody with a tag.
            models.UniqueConstraint(fields=["tag", "contact"], name="audience_tagging_once")
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.contact_id}"
