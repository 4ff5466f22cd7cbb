"""All SQL of bounce mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from campaigns.audience import addresses

if TYPE_CHECKING:
    from campaigns.sending.bounces.models import BounceMail, BounceMailbox


class BounceMailboxQuerySet(models.QuerySet["BounceMailbox"]):
    """Mailboxes, and whose turn it is to read them."""

    def due(self) -> BounceMailboxQuerySet:
        """Mailboxes whose time has come and that nobody reads."""
        return self.filter(next_at__lte=Now()).free()

    def free(self) -> BounceMailboxQuerySet:
        """Mailboxes that nobody reads."""
        return self.filter(Q(taken_until=None) | Q(taken_until__lt=Now()))

    def take(self, pk: int, lease: timedelta) -> bool:
        """Begin to read a mailbox, and say whether it was free."""
        return self.filter(pk=pk).free().update(taken_until=Now() + lease) == 1

    def done(self, pk: int, pause: timedelta) -> None:
        """Note that the mailbox was read, and read it again after `pause`."""
        self.filter(pk=pk).update(
            taken_until=None, read_at=Now(), next_at=Now() + pause, trouble="", failures=0
        )

    def failed(self, pk: int, words: str, pause: timedelta) -> None:
        """Note what the server said, and try again after `pause`."""
        self.filter(pk=pk).update(
            taken_until=None,
            next_at=Now() + pause,
            trouble=addresses.masked(words)[:300],
            failures=models.functions.Least(F("failures") + 1, 1000),
        )


class BounceMailQuerySet(models.QuerySet["BounceMail"]):
    """Mails that were taken in."""

    def known(self, uids: Sequence[str]) -> set[str]:
        """Which of these the server has shown before."""
        return set(self.filter(uid__in=uids).values_list("uid", flat=True))

    def waste(self, limit: int) -> list[str]:
        """What is still to be deleted on the server."""
        rows = self.filter(is_waste=True).order_by("pk")
        return list(rows.values_list("uid", flat=True)[:limit])

    def deleted(self, uids: Sequence[str]) -> int:
        """Note that the server has deleted these."""
        return self.filter(uid__in=uids, is_waste=True).update(is_waste=False)

    def older_than(self, age: timedelta) -> BounceMailQuerySet:
        """What was taken in so long ago."""
        return self.filter(taken_at__lt=Now() - age)

    def counts(self) -> dict[str, int]:
        """Count the mails by what they were, in one query."""
        return dict(self.order_by().values_list("verdict").annotate(n=Count("pk")))
