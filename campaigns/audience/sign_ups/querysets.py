"""Questions about people who have yet to confirm that they want to be on a list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from campaigns.audience.models import SignUp


class SignUpQuerySet(models.QuerySet["SignUp"]):
    """Sign-ups, in the words of the audience."""

    def of_address(self, workspace_id: int, email_key: str) -> SignUpQuerySet:
        """Those of one address, whatever the form."""
        return self.of_addresses(workspace_id, [email_key])

    def of_addresses(self, workspace_id: int, email_keys: Collection[str]) -> SignUpQuerySet:
        """Those of any of these addresses."""
        return self.filter(workspace=workspace_id, email_key__in=email_keys)

    def waiting(self) -> SignUpQuerySet:
        """Those that nobody has confirmed yet."""
        return self.filter(confirmed_at__isnull=True)

    def unmailed(self) -> SignUpQuerySet:
        """Those that a mail waits for."""
        return self.filter(wants_mail=True).order_by("pk")

    def confirm(self, now: datetime) -> bool:
        """Call them confirmed, and say whether this call did."""
        return self.waiting().update(confirmed_at=now, wants_mail=False) == 1

    def forgotten(self, before: datetime) -> SignUpQuerySet:
        """Those whose link has expired, or has done its work."""
        return self.filter(asked_at__lt=before)
