"""All SQL of the sending room: the ledger's moves, launching, and counting."""

from campaigns.sending.querysets.deliveries import DeliveryQuerySet

__all__ = ["DeliveryQuerySet"]
