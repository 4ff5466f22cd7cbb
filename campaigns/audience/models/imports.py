"""Files of people on their way into a list."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models.people import List, Subscription
from campaigns.audience.querysets import ImportQuerySet
from campaigns.audience.striking import ImportRemarkQuerySet


def _no_names() -> list[str]:
    return []


class Import(models.Model):
    """A file of people on its way into a list."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting for its columns")
        QUEUED = "queued", _("Waiting to start")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Measuring(models.TextChoices):
        """How we know what the people of a file said about being measured."""

        UNKNOWN = "unknown", _("They were not asked, or we do not know")
        COLUMN = "column", _("A column of the file says so")
        STATEMENT = "statement", _("They all agreed, and we say below how and when")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="imports")
    list = models.ForeignKey(List, models.CASCADE, related_name="imports")
    file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    filename = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    encoding = models.CharField(_("character set"), max_length=40, default="utf-8")
    delimiter = models.CharField(_("cells are separated by"), max_length=1, default=",")
    has_header = models.BooleanField(_("the first line names the columns"), default=True)
    # The columns' names, for the download of remarks and the labels of fields.
    names = models.JSONField(default=_no_names)
    # What columns become: {"0": "email", "1": "first_name", "5": "field:company"}.
    mapping = models.JSONField(default=dict)
    basis = models.CharField(max_length=10, choices=Subscription.Basis, blank=True)
    basis_note = models.CharField(max_length=300, blank=True)
    measuring = models.CharField(max_length=10, choices=Measuring, default=Measuring.UNKNOWN)
    measuring_statement = models.CharField(max_length=500, blank=True)
    measuring_said_on = models.DateField(null=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADED)
    # Who works on it, and until when we believe so without hearing from them.
    claim_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # What is staged and committed; a successor of a killed worker goes on from here.
    bytes_read = models.PositiveBigIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    rows_staged = models.PositiveIntegerField(default=0)

    contacts_created = models.PositiveIntegerField(default=0)
    contacts_updated = models.PositiveIntegerField(default=0)
    contacts_unchanged = models.PositiveIntegerField(default=0)
    subscriptions_created = models.PositiveIntegerField(default=0)
    # People of the file who had left the list, or must not be mailed: left alone.
    kept_unsubscribed = models.PositiveIntegerField(default=0)
    kept_suppressed = models.PositiveIntegerField(default=0)
    consents_recorded = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    # Imported, but for a cell that could not be.
    partly = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            # For ImportQuerySet.abandoned(), asked by every beat tick.
            models.Index(
                fields=["lease_until"],
                name="audience_import_open",
                condition=models.Q(status__in=["queued", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.filename}: {self.status}"

    def open(self) -> BinaryIO:
        """Open the uploaded file for reading, as a context."""
        return cast(BinaryIO, self.file.open("rb"))

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in {self.Status.DONE, self.Status.FAILED}

    @property
    def people(self) -> int:
        """How many different people of the file are contacts now."""
        return self.contacts_created + self.contacts_updated + self.contacts_unchanged


class ImportRemark(models.Model):
    """A line that was not imported, or not whole, and why."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    of = models.ForeignKey(Import, models.CASCADE, related_name="remarks", db_index=False)
    line = models.PositiveIntegerField()
    imported = models.BooleanField(default=False)
    reason = models.CharField(max_length=300)
    cells = models.JSONField(default=list)

    objects = ImportRemarkQuerySet.as_manager()

    class Meta:
        # For the download, in the file's order.
        indexes = [models.Index(fields=["of", "line"], name="audience_remark_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
