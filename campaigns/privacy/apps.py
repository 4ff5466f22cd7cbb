"""The room of what recipients may ask of all the others."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "campaigns.privacy"
    label = "privacy"
