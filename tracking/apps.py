"""The recipient's side: what a mail does when it is opened or clicked."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"
