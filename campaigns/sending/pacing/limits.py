"""The limits that a member sets for a sender or a provider, read and written as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from campaigns.accounts.models import Provider, Sender
from campaigns.sending.models import Throttle
from campaigns.sending.querysets import throttling

# A mailbox provider, or none for all mails, and the seconds of a period.
Key = tuple[str, int]


def of(sender: Sender) -> dict[Key, int]:
    """Return what was set."""
    rows = Throttle.objects.filter(sender=sender, kind=Throttle.Kind.LIMIT)
    return {(row.mailbox, row.period): row.most for row in rows}


def change(sender: Sender, wanted: Mapping[Key, int | None]) -> bool:
    """Set these limits and lift those that are None, and say whether that changed anything.

    What a limit has let through stays counted.
    """
    with transaction.atomic():
        return sum(_set(sender.pk, key, most) for key, most in wanted.items()) > 0


def of_provider(provider: Provider) -> dict[Key, int]:
    """Return what was set for all that the provider takes."""
    rows = Throttle.objects.filter(provider=provider, sender=None, kind=Throttle.Kind.LIMIT)
    return {(row.mailbox, row.period): row.most for row in rows}


def change_provider(provider: Provider, wanted: Mapping[Key, int | None]) -> bool:
    """Set and lift a provider's limits, and say whether that changed anything."""
    with transaction.atomic():
        return (
            sum(_set_provider(provider.pk, period, n) for (_all, period), n in wanted.items()) > 0
        )


def _set_provider(provider_id: int, period: int, most: int | None) -> bool:
    if most is not None:
        return throttling.set_provider_limit(provider_id, period=period, most=most)
    rows = Throttle.objects.filter(provider=provider_id, sender=None, period=period)
    return bool(rows.delete()[0])


def _set(sender_id: int, key: Key, most: int | None) -> bool:
    (mailbox, period), kind = key, Throttle.Kind.LIMIT
    if most is not None:
        return throttling.set_limit(sender_id, mailbox=mailbox, kind=kind, period=period, most=most)
    rows = Throttle.objects.filter(sender=sender_id, kind=kind, mailbox=mailbox, period=period)
    return bool(rows.delete()[0])
