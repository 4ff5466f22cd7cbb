from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0028_keys_of_segments"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="merger",
            index=models.Index("workspace", Lower("email"), name="audience_merger_address"),
        ),
    ]
