"""Files of people on their way into a list."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.imports.querysets import ImportQuerySet
from campaigns.audience.imports.striking import ImportRemarkQuerySet
from campaigns.audience.models.people import List, Subscription


def _no_names() -> list[str]:
    return []


class Import(models.Model):
    """A file of people on its way into a list."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting for its columns")
        QUEUED = "queued", _("Waiting to start")
        RUNNING = "running", _("Running")
        REHEARSED = "rehearsed", _("Tried, waiting for your word")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    class Known(models.TextChoices):
        """What becomes of people who are contacts already."""

        OVERWRITE = "overwrite", _("Filled cells replace what we have; empty ones change nothing")
        FILL = "fill", _("Fill in only what is empty")
        SKIP = "skip", _("Leave their names and fields as they are")

    class Everybody(models.TextChoices):
        """What is true of all people of the file about whom no cell says otherwise."""

        SUBSCRIBED = "", _("They want mail: put them on the list")
        UNSUBSCRIBED = "unsubscribed", _("They left: keep them off the list")
        BOUNCED = "bounced", _("Their addresses bounced: never mail them")
        BLOCKED = "blocked", _("They must not be mailed, for another reason")

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
    known = models.CharField(
        max_length=10, choices=Known, default=Known.OVERWRITE, db_default="overwrite"
    )
    everybody = models.CharField(
        max_length=12, choices=Everybody, blank=True, default="", db_default=""
    )
    # Put on everybody who is imported, beside what a column says.
    tags = models.JSONField(default=_no_names, db_default=[])
    # Of fields that this import makes, where they are no text: {"since": "date"}.
    kinds = models.JSONField(default=dict, db_default={})
    basis = models.CharField(max_length=10, choices=Subscription.Basis, blank=True)
    basis_note = models.CharField(max_length=300, blank=True)
    measuring = models.CharField(max_length=10, choices=Measuring, default=Measuring.UNKNOWN)
    measuring_statement = models.CharField(max_length=500, blank=True)
    measuring_said_on = models.DateField(null=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADED)
    # Says what would happen, and waits; see Status.REHEARSED.
    is_rehearsal = models.BooleanField(default=False, db_default=False)
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
    # People who, says the file, left or must not be mailed, and of whom we did not know.
    left_elsewhere = models.PositiveIntegerField(default=0, db_default=0)
    newly_suppressed = models.PositiveIntegerField(default=0, db_default=0)
    tagged = models.PositiveIntegerField(default=0, db_default=0)
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
    # The database's clock when its people appeared: by it, undoing finds them.
    merged_at = models.DateTimeField(null=True)
    # What undoing did and could not do: {"removed": 5, "kept": 1, …}.
    undone = models.JSONField(default=dict, db_default={})

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            # For ImportQuerySet.abandoned(), asked by every beat tick.
            models.Index(
                fields=["lease_until"],
                name="audience_import_open",
                condition=models.Q(status__in=["queued", "running", "undoing"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.filename}: {self.status}"

    @property
    def was_interrupted(self) -> bool:
        """Whether who worked on it was not heard of for so long that somebody else takes over."""
        if self.status != self.Status.RUNNING or self.lease_until is None:
            return False
        return self.lease_until < timezone.now()

    def open(self) -> BinaryIO:
        """Open the uploaded file for reading, as a context."""
        return cast(BinaryIO, self.file.open("rb"))

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in {self.Status.QUEUED, self.Status.RUNNING, self.Status.UNDOING}

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


class ImportBefore(models.Model):
    """What a contact said before an import changed it, for undoing."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="befores", db_index=False)
    # A plain id: the contact may be gone by then.
    contact_id = models.BigIntegerField()
    values = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "contact_id"], name="audience_before_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} before {self.of_id}"
