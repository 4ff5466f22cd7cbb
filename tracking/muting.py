"""People who withdrew: what was kept about them goes, and old mails collect nothing more."""

from collections.abc import Collection, Mapping

from django.db import transaction

from tracking.models import Engagement, Event, LinkClicker, Muted
from tracking.querysets import lock_draining


@transaction.atomic
def mute(epochs: Mapping[int, int]) -> None:
    """Let tokens of these contacts from before their new epoch collect nothing.

    Takes the new consent epoch by contact id. Their events and what they did with each
    campaign are erased; counts of campaigns stay as they are.
    """
    # A batch that was read before us must not be written after us.
    lock_draining()
    Muted.objects.bulk_create(
        [Muted(contact_id=contact, epoch=epoch) for contact, epoch in sorted(epochs.items())],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["contact_id"],
        update_fields=["epoch"],
    )
    erase(epochs)


def erase(contact_ids: Collection[int]) -> None:
    """Erase every row about these contacts. Counts stay."""
    kept = Engagement.objects.filter(contact_id__in=contact_ids)
    deliveries = list(kept.values_list("delivery_id", flat=True))
    LinkClicker.objects.filter(delivery_id__in=deliveries).delete()
    Event.objects.filter(contact_id__in=contact_ids).delete()
    kept.delete()


# A contact's id is never used again, so a forgotten one stays muted for ever.
_FOR_EVER = 2**31 - 1


def forget(contact_ids: Collection[int]) -> None:
    """Erase all about these contacts, and collect nothing from any mail they ever got."""
    mute(dict.fromkeys(contact_ids, _FOR_EVER))
