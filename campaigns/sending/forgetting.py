"""Forget people: their address leaves the ledger, and the mails that wait for them are cancelled.

The rows stay, without a person, so that every count of a campaign stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from campaigns.sending.querysets import forgetting


@transaction.atomic
def forget(contact_ids: Sequence[int]) -> None:
    """Erase who their deliveries went to. Goes before audience forgets the contacts."""
    forgetting.forget(contact_ids)
