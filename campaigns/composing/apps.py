"""The room of what a campaign says, to whom and from whom."""

from django.apps import AppConfig


class ComposingConfig(AppConfig):
    name = "campaigns.composing"
    label = "composing"
