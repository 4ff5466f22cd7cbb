from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index on a table of millions must not lock it.
    atomic = False

    dependencies = [
        ("audience", "0019_changes_and_bulk_edits"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                fields=["workspace", "created_at", "id"], name="audience_contact_arrival"
            ),
        ),
        RemoveIndexConcurrently(model_name="contact", name="audience_contact_latest"),
    ]
