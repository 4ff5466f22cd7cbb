from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Greatest


class Migration(migrations.Migration):
    # An index on a table of millions must not lock it.
    atomic = False

    dependencies = [
        ("tracking", "0013_what_people_did_before_in_bits"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="engagement",
            index=models.Index(
                "campaign_id",
                Greatest("first_open_at", "first_click_at"),
                condition=models.Q(
                    ("first_open_at__isnull", False),
                    ("first_click_at__isnull", False),
                    _connector="OR",
                ),
                name="tracking_engagement_first",
            ),
        ),
    ]
