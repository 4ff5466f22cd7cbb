"""Index what was told to be unwanted, for breakers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sending", "0019_refused_as_unwanted")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["campaign"],
                name="sending_delivery_blocked",
                condition=Q(blocked_at__isnull=False),
            ),
        )
    ]
