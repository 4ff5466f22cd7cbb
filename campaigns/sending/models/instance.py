"""The row by which an installation knows its database from a copy."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Instance(models.Model):
    """The one row by which an installation knows its database from a copy: see `fence`."""

    # Changes whenever a person, or a failover, decides that this database goes on.
    lineage = models.UUIDField()
    former = models.UUIDField(null=True)
    # Raised by every tick, and remembered outside: a backup's is lower.
    generation = models.BigIntegerField(default=0)
    # `INSTANCE_ID`, when the operator gives the installation a name.
    name = models.CharField(max_length=64, blank=True)
    # Where the row was written. A dump carries it along, to where it is no longer true.
    cluster = models.CharField(max_length=20, blank=True)
    timeline = models.PositiveIntegerField(default=0)
    database_oid = models.BigIntegerField()
    table_oid = models.BigIntegerField()
    # Since when nothing is sent from here, and whether a person wants it so.
    locked_at = models.DateTimeField(null=True)
    quiet = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="sending_instance_one"),
            models.CheckConstraint(
                condition=Q(quiet=False) | Q(locked_at__isnull=False),
                name="sending_instance_quiet_is_locked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lineage}, {self.generation}"
