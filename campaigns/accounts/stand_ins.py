"""The order in which a sender's providers take its mails: its own first, then its stand-ins."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from campaigns.accounts.models import Provider, Sender, StandIn

# More than anybody has accounts for.
MOST = 3


def in_order(sender: Sender) -> list[Provider]:
    """Return the sender's providers, the first choice first."""
    rows = sender.stand_ins.select_related("provider").order_by("position")
    return [sender.provider, *(row.provider for row in rows)]


def put_in_order(sender: Sender, providers: Sequence[Provider]) -> None:
    """Let these providers, and no others, stand in for the sender's own, in this order."""
    with transaction.atomic():
        sender.stand_ins.all().delete()
        StandIn.objects.bulk_create(
            StandIn(sender=sender, provider=provider, position=position)
            for position, provider in enumerate(providers)
        )
