"""The room of workspaces, members, senders and providers."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "campaigns.accounts"
    label = "accounts"
