"""Segments: saved questions about people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import TextField
from django.db.models.functions import MD5, Cast, Left, Lower, Random
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.segments.querysets import SegmentQuerySet


class Segment(models.Model):
    """A saved question. Who is in it is asked anew each time."""

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="segments", db_index=False
    )
    name = models.CharField(_("name"), max_length=120)
    # By which mails call it: stays when the name changes, and in another house.
    key = models.CharField(
        max_length=12, editable=False, db_default=Left(MD5(Cast(Random(), TextField())), 12)
    )
    # JSON that `segments.ast.read` lets through; see docs/segments.md.
    question = models.JSONField()
    # As last counted; null: not counted since the question changed.
    people = models.PositiveIntegerField(null=True)
    # Of whom it may not be known whether they are in it.
    unseen = models.PositiveIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="audience_segment_name_once"),
            models.UniqueConstraint(fields=["workspace", "key"], name="audience_segment_key_once"),
        ]

    def __str__(self) -> str:
        return self.name
