from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("composing", "0005_another_chance"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="scheduled_date",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="scheduled_time",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="scheduled_locally",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=Q(scheduled_locally=False)
                | Q(scheduled_date__isnull=False, scheduled_time__isnull=False),
                name="composing_campaign_local_has_wall_time",
            ),
        ),
    ]
