"""Programs may do more with lists and suppressions: two scopes of their own."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_api_keys"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("lists:read", "Read lists, fields and tags"),
                        ("lists:write", "Add lists and rename them"),
                        ("contacts:read", "Read contacts, and whether an address is mailed"),
                        (
                            "contacts:write",
                            "Add, import and change contacts, put them on lists and take them off",
                        ),
                        (
                            "suppressions:write",
                            "Stop mail to addresses and domains, and allow what a member may allow again",
                        ),
                        ("segments:read", "Read and count segments"),
                        ("campaigns:read", "Read campaigns and their reports"),
                    ],
                    max_length=20,
                ),
                size=None,
            ),
        ),
    ]
