"""Change which questions are indexed, so that an intent and a result write no index."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sending", "0006_times_of_old_deliveries")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["campaign", "next_at", "id"],
                name="sending_delivery_waiting",
                condition=Q(next_at__isnull=False),
            ),
        ),
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["unknown_since"],
                name="sending_delivery_doubt",
                condition=Q(unknown_since__isnull=False),
            ),
        ),
        RemoveIndexConcurrently("delivery", "sending_delivery_pending"),
        RemoveIndexConcurrently("delivery", "sending_delivery_claimed"),
        RemoveIndexConcurrently("delivery", "sending_delivery_sending"),
        RemoveIndexConcurrently("delivery", "sending_delivery_unknown"),
        AddConstraintNotValid(
            "delivery",
            models.CheckConstraint(
                condition=Q(state="pending", next_at__isnull=False)
                | (~Q(state="pending") & Q(next_at__isnull=True)),
                name="sending_delivery_pending_has_time",
            ),
        ),
        AddConstraintNotValid(
            "delivery",
            models.CheckConstraint(
                condition=Q(state="unknown", unknown_since__isnull=False)
                | (~Q(state="unknown") & Q(unknown_since__isnull=True)),
                name="sending_delivery_unknown_has_time",
            ),
        ),
        ValidateConstraint("delivery", "sending_delivery_pending_has_time"),
        ValidateConstraint("delivery", "sending_delivery_unknown_has_time"),
        migrations.RemoveField("delivery", "lease_until"),
    ]
