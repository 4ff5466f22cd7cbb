"""The room of launching campaigns and handing mails over."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    name = "campaigns.sending"
    label = "sending"
