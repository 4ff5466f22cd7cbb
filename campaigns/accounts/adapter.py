"""allauth with its doors closed: members are invited, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from campaigns.accounts import audit
from tracking import client_ip


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Only the set-up page and an owner make accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Lead to our own address: the Host header is whatever the asker wrote."""
        uidb36, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", args=[uidb36, token])
        return f"{settings.PUBLIC_URL}{path}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Put a failed sign-in on record in the workspaces of the member whose address was tried.

        After a few of them allauth makes the address wait, so nobody can flood the record.
        """
        super().authentication_failed(request, **credentials)
        audit.record_failed_sign_in(credentials.get("email") or "")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Believe X-Forwarded-For only from our own proxies, as tracking does."""
        forwarded_for = request.headers.get("X-Forwarded-For", "")
        trusted = client_ip.networks(settings.TRUSTED_PROXIES)
        peer = request.META.get("REMOTE_ADDR", "")
        # Unknown behind a Unix socket: all who come that way share one limit.
        return client_ip.client_ip(peer, forwarded_for, trusted) or "::"

    def format_email_subject(self, subject: str) -> str:
        """Leave the Host header out of subjects, too."""
        return subject
