"""The room of contacts, lists and consent."""

from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "campaigns.audience"
    label = "audience"
