"""Who is on which list, a bit each, so that segments need not read its subscriptions."""

from __future__ import annotations

from django.db import models

from tracking.bits import Bits


class ListBits(models.Model):
    """Those of a block of contacts who are on a list, and who left it: `Subscription` once more.

    Plain ids: whoever ends a subscription notes it, and what tells of nobody goes.
    """

    list_id = models.BigIntegerField()
    block = models.BigIntegerField()
    subscribed = Bits()
    unsubscribed = Bits()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_id", "block"], name="audience_listbits_once")
        ]

    def __str__(self) -> str:
        return f"block {self.block} on {self.list_id}"


class ListChange(models.Model):
    """A block of a list whose bits are not to be believed: somebody there joined or left.

    Triggers of the database write it (a migration made them), in the transaction that does so.
    They only add rows, so no two writers ever wait for each other.
    """

    list_id = models.BigIntegerField()
    block = models.BigIntegerField()

    class Meta:
        # For asking of one list, and for renewing one after the other.
        indexes = [models.Index(fields=["list_id", "block"], name="audience_listchange_block")]

    def __str__(self) -> str:
        return f"block {self.block} on {self.list_id}"
