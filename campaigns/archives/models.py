"""Archives of whole workspaces, and restoring them: both are work that goes on behind the pages."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.archives import files
from campaigns.archives.querysets import JobQuerySet


class Job(models.Model):
    """Work that one worker holds at a time, and that another begins anew when it dies."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting to start")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        # Of an archive: after its days, by a member, or since somebody in it was erased.
        DELETED = "deleted", _("Deleted")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="%(class)ss")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    # In the folder of `files`: nobody can guess it.
    file = models.CharField(max_length=80, default=files.new_name)
    size = models.PositiveBigIntegerField(default=0)
    # Lines, so far and in all.
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    # Lines by file, once it is over.
    rows = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    claim_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            # Two at once would do the same twice.
            models.UniqueConstraint(
                fields=["workspace"],
                name="%(app_label)s_%(class)s_one_at_a_time",
                condition=models.Q(status__in=["queued", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}: {self.status}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in {self.Status.QUEUED, self.Status.RUNNING}

    @property
    def path(self) -> Path:
        return files.path(self.file)


class Archive(Job):
    """Everything of a workspace in a ZIP, to be downloaded for some days."""

    class Ended(models.TextChoices):
        """Why the file is deleted."""

        TIME = "time", _("Its days were over")
        MEMBER = "member", _("A member deleted it")
        ERASURE = "erasure", _("Somebody in it was erased")

    expires_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=Ended, blank=True)


class Restoration(Job):
    """An archive on its way into an empty workspace: it comes whole, or nothing of it does."""

    filename = models.CharField(max_length=200, blank=True)
    # A member said that hashes under another house's key may be left out.
    without_hashes = models.BooleanField(default=False)
