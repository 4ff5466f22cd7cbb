"""Contacts that are one person: those who may be, and those who were made one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace


class Merger(models.Model):
    """A contact that became part of another. Old mails name it, so its number leads there."""

    # Of the contact that is gone.
    merged_id = models.BigIntegerField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    # Its index is for erasing the person, with the addresses they had.
    contact = models.ForeignKey("audience.Contact", models.CASCADE, related_name="mergers")
    # The address that it had.
    email = models.CharField(max_length=254)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        # For who is looked for by an address that they had.
        indexes = [models.Index("workspace", Lower("email"), name="audience_merger_address")]

    def __str__(self) -> str:
        return f"{self.merged_id} is {self.contact_id}"


class Resemblance(models.Model):
    """Two contacts that may be one person; the first is the one with the lower number.

    Either may be gone by now: no key holds them, and no page shows them without each other.
    """

    class Reason(models.TextChoices):
        """Why they may be; the surest first."""

        GMAIL = "gmail", _("The same mailbox at Gmail")
        TAGGED = "tagged", _("The same address, but for what follows a plus sign")
        MISTYPED = "mistyped", _("The same address, but for a mistyped domain")
        NAME = "name", _("The same name, at the same domain")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="resemblances")
    first = models.ForeignKey(
        "audience.Contact",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    second = models.ForeignKey(
        "audience.Contact",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    reason = models.CharField(max_length=10, choices=Reason)
    found_at = models.DateTimeField()
    # When a member said that they are not the same person, and who.
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "first", "second"], name="audience_resemblance_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.reason}"


class ResemblanceLook(models.Model):
    """When a workspace's contacts were last compared with each other."""

    workspace = models.OneToOneField(
        Workspace, models.CASCADE, primary_key=True, related_name="resemblance_look"
    )
    asked_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    # More were found than are kept.
    is_cut = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.workspace_id} at {self.looked_at}"

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for it."""
        return self.looked_at is not None and self.looked_at >= self.asked_at


class Sweep(models.Model):
    """All pairs of one reason on their way to being one person each; see `sweeping`."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Done")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sweeps")
    reason = models.CharField(max_length=10, choices=Resemblance.Reason)
    # The newest pair that was counted, and how many those were.
    upto = models.BigIntegerField()
    pairs = models.PositiveIntegerField()
    # Up to which pair it came: a successor of a killed worker goes on behind.
    after = models.BigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Its index is for those whose ring was lost, too.
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(status="running"),
                name="audience_sweep_one_at_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason}, {self.pairs}: {self.status}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self.status != self.Status.RUNNING
