from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("composing", "0022_parts_for_segments"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="language",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=10, verbose_name="language"
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
    ]
