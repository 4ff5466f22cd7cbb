"""allauth with its doors closed: members are invited, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Only the set-up page and an owner make accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
