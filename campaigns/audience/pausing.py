"""People ask for a pause: nothing is mailed to them until it is over. They stay on their lists."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.audience.models import Contact

# What the preferences page offers, in days.
OFFERED = (30, 90)


def pause(contact: Contact, days: int) -> bool:
    """Mail the person nothing for so many days; only what is offered counts."""
    if days not in OFFERED:
        return False
    now = timezone.now()
    mine = Contact.objects.filter(pk=contact.pk)
    return mine.update(paused_until=now + timedelta(days=days), updated_at=now) == 1


def resume(contact: Contact) -> bool:
    """End the pause, and say whether there was one."""
    paused = Contact.objects.filter(pk=contact.pk, paused_until__isnull=False)
    return paused.update(paused_until=None, updated_at=timezone.now()) == 1


def is_paused(contact: Contact) -> bool:
    """Whether nothing is mailed to the person now, because they asked for it."""
    return contact.paused_until is not None and contact.paused_until > timezone.now()
