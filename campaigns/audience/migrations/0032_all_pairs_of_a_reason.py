import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_scopes_of_programs"),
        ("audience", "0031_people_by_answer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "Sweep",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("gmail", "The same mailbox at Gmail"),
                            ("tagged", "The same address, but for what follows a plus sign"),
                            ("mistyped", "The same address, but for a mistyped domain"),
                            ("name", "The same name, at the same domain"),
                        ],
                        max_length=10,
                    ),
                ),
                ("upto", models.BigIntegerField()),
                ("pairs", models.PositiveIntegerField()),
                ("after", models.BigIntegerField(default=0)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("merged", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "Running"), ("stopped", "Stopped"), ("done", "Done")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sweeps",
                        to="accounts.workspace",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "sweep",
            models.UniqueConstraint(
                condition=models.Q(("status", "running")),
                fields=("workspace",),
                name="audience_sweep_one_at_once",
            ),
        ),
    ]
