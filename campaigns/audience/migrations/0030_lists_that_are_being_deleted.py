import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0029_addresses_of_who_was_merged"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("list", "leaving_since", models.DateTimeField(null=True)),
        migrations.AddField(
            "list",
            "leaving_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("list", "leaving", models.JSONField(db_default={}, default=dict)),
        migrations.RemoveConstraint("list", "audience_list_name_once"),
        migrations.AddConstraint(
            "list",
            models.UniqueConstraint(
                condition=models.Q(("leaving_since__isnull", True)),
                fields=("workspace", "name"),
                name="audience_list_name_once",
            ),
        ),
    ]
