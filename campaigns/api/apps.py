"""The room of programs: one thin layer over the others. It keeps nothing of its own."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "campaigns.api"
    label = "api"
