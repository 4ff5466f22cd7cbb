from django.db import migrations, models
from django.db.models import F


def told(apps, schema_editor):
    """What was said until now is on its page, and no news any more."""
    apps.get_model("composing", "Comment").objects.update(told_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [
        ("composing", "0023_languages_of_campaigns"),
    ]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(told, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("told_at__isnull", True)),
                fields=["at"],
                name="composing_comment_untold",
            ),
        ),
    ]
