"""What was done with contacts: each change of each person, and bulk edits of many at once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace


def _nothing() -> dict[str, Any]:
    return {}


class BulkEdit(models.Model):
    """One change of many contacts: who they are is fixed first, what changes is chosen then."""

    class Action(models.TextChoices):
        SET_FIELD = "set_field", _("Set a field")
        ADD_TAGS = "add_tags", _("Add tags")
        REMOVE_TAGS = "remove_tags", _("Remove tags")
        SUBSCRIBE = "subscribe", _("Put them on a list")
        UNSUBSCRIBE = "unsubscribe", _("Take them off a list")
        SUPPRESS = "suppress", _("Never mail them again")
        STOP_MEASURING = "stop_measuring", _("Stop measuring them")
        ERASE = "erase", _("Delete them")

    class Status(models.TextChoices):
        CHOSEN = "chosen", _("Waiting for your word")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="bulk_edits")
    action = models.CharField(max_length=20, choices=Action, blank=True)
    # What the action takes: {"field": "country", "value": "NL"}, {"tags": ["vip"]}, {"list": 3, …}.
    values = models.JSONField(default=_nothing)
    status = models.CharField(max_length=10, choices=Status, default=Status.CHOSEN)
    people = models.PositiveIntegerField(default=0)
    # Up to which contact it came: a successor of a killed worker goes on behind.
    after = models.BigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    # Why others did not change: {"left": 2, "suppressed": 1}.
    kept = models.JSONField(default=_nothing)
    # What undoing did: {"restored": 5, "changed_since": 1}.
    undone = models.JSONField(default=_nothing)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # For bulk edits whose ring was lost, asked by every beat tick.
            models.Index(
                fields=["status"],
                name="audience_bulk_open",
                condition=models.Q(status__in=["running", "undoing"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.people}: {self.status}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.status not in {self.Status.RUNNING, self.Status.UNDOING}


class BulkEditPerson(models.Model):
    """A contact that a bulk edit is about. Gone when the edit can be undone no more."""

    pk = models.CompositePrimaryKey("of", "contact_id")
    of = models.ForeignKey(BulkEdit, models.CASCADE, related_name="+", db_index=False)
    # A plain id: the contact may be gone by then.
    contact_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.contact_id} of {self.of_id}"


class Change(models.Model):
    """Something that was changed about a contact, by whom: told in its timeline, and undone by.

    Kept with the person: it goes when they are erased, and they see it when they ask.
    """

    class What(models.TextChoices):
        EDITED = "edited", _("Changed")
        TAGGED = "tagged", _("Tagged")
        UNTAGGED = "untagged", _("A tag was taken off")
        JOINED = "joined", _("Put on a list")
        LEFT = "left", _("Taken off a list")
        STOPPED = "stopped", _("Mail was stopped")
        MERGED = "merged", _("Merged with another contact")

    class Source(models.TextChoices):
        MEMBER = "member", _("A member of the workspace")
        PERSON = "person", _("Preferences page")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(
        "audience.Contact", models.CASCADE, related_name="changes", db_index=False
    )
    what = models.CharField(max_length=10, choices=What)
    # {"country": ["NL", "BE"]} by field; {"tag": 3, "name": "vip"}; {"list": 3}.
    details = models.JSONField(default=_nothing)
    source = models.CharField(
        max_length=10, choices=Source, default=Source.MEMBER, db_default="member"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    of = models.ForeignKey(BulkEdit, models.SET_NULL, null=True, related_name="+", db_index=False)
    # It undid what `of` had done.
    takes_back = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            # For a contact's timeline, newest first.
            models.Index(fields=["contact", "-id"], name="audience_change_newest"),
            # For undoing a bulk edit, and for forgetting one.
            models.Index(
                fields=["of", "contact"],
                name="audience_change_bulk",
                condition=models.Q(of__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.contact_id} at {self.at}"
