from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0015_leaving_fields"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                fields=["list"],
                condition=models.Q(unsubscribed_at__isnull=False),
                name="audience_subscription_left",
            ),
        ),
    ]
