"""The room of what the marketer reads."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "campaigns.reports"
    label = "reports"
