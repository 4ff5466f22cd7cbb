from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("composing", "0009_segments"),
    ]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="format",
            field=models.CharField(
                choices=[
                    ("blocks", "Blocks"),
                    ("markdown", "Markdown"),
                    ("html", "HTML"),
                    ("mjml", "MJML"),
                ],
                default="markdown",
                max_length=10,
            ),
        ),
    ]
