import campaigns.audience.models.sign_ups
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_hidden_link"),
        ("audience", "0009_imports_rehearsed_cancelled_undone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="consententry",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("opens", "When mails are opened"),
                    ("clicks", "Which links are followed"),
                    ("both", "Opens and clicks"),
                    ("mail", "Getting mails"),
                ],
                db_default="both",
                default="both",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="consententry",
            name="source",
            field=models.CharField(
                choices=[
                    ("import", "Import"),
                    ("preferences", "Preferences page"),
                    ("member", "A member of the workspace"),
                    ("form", "Sign-up form"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="SignUpForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=24, unique=True)),
                ("is_open", models.BooleanField(default=False, verbose_name="open")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("asks_name", models.BooleanField(default=False, verbose_name="ask for the name")),
                (
                    "asks_measuring",
                    models.BooleanField(default=False, verbose_name="ask about measuring"),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=campaigns.audience.models.sign_ups._none,
                        size=None,
                    ),
                ),
                (
                    "frame_origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=campaigns.audience.models.sign_ups._none,
                        size=None,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="title")),
                (
                    "intro",
                    models.CharField(blank=True, max_length=1000, verbose_name="introduction"),
                ),
                (
                    "notice",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="what people agree to"
                    ),
                ),
                (
                    "confirm_subject",
                    models.CharField(blank=True, max_length=150, verbose_name="subject"),
                ),
                (
                    "confirm_text",
                    models.TextField(blank=True, max_length=3000, verbose_name="text"),
                ),
                (
                    "welcome_subject",
                    models.CharField(blank=True, max_length=150, verbose_name="subject"),
                ),
                (
                    "welcome_text",
                    models.TextField(blank=True, max_length=3000, verbose_name="text"),
                ),
                (
                    "list",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_up_form",
                        to="audience.list",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.sender",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_up_forms",
                        to="accounts.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.CharField(max_length=254)),
                ("email_key", models.CharField(max_length=254)),
                ("first_name", models.CharField(blank=True, max_length=120)),
                ("last_name", models.CharField(blank=True, max_length=120)),
                ("fields", models.JSONField(default=dict)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("wants_mail", models.BooleanField(default=True)),
                (
                    "mailed_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                (
                    "measuring_notice",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audience.notice",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audience.notice",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ups",
                        to="audience.signupform",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "email_key"], name="audience_signup_address"),
                    models.Index(
                        condition=models.Q(("wants_mail", True)),
                        fields=["id"],
                        name="audience_signup_unmailed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "email_key"), name="audience_signup_once"
                    )
                ],
            },
        ),
    ]
