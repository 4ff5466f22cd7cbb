"""The edge as an app: its system checks and the operator's commands."""

from django.apps import AppConfig


class EdgeConfig(AppConfig):
    name = "config"
    label = "edge"

    def ready(self) -> None:
        from config import checks  # noqa: F401  # Registers the checks.
