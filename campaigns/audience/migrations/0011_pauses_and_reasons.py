from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0010_sign_ups"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="paused_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="unsubscription",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("too_many", "Too many mails"),
                    ("not_relevant", "Not what I am interested in"),
                    ("never_asked", "I did not sign up"),
                    ("other", "Something else"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
    ]
