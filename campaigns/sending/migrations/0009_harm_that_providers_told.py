"""Index what providers told, for breakers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sending", "0008_pace")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["campaign"],
                name="sending_delivery_harm",
                condition=Q(hard_bounced_at__isnull=False) | Q(complained_at__isnull=False),
            ),
        )
    ]
