"""Erase people: every room that keeps something of them forgets it, the highest first.

Composing, reports and accounts keep nothing of a contact; tracking is told by audience. A test
looks for an erased address in every table there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from campaigns.archives import keeping as archives
from campaigns.audience import forgetting as audience
from campaigns.audience.models import Contact
from campaigns.sending import forgetting as sending
from tracking.querysets import lock_draining

FORGET: Sequence[Callable[[Sequence[int]], None]] = (
    archives.forget,
    sending.forget,
    audience.forget,
)


@transaction.atomic
def erase(contact_ids: Sequence[int]) -> None:
    """Let all rooms forget these contacts, or none. Twice is as good as once.

    What stays is a keyed hash of each address, so that nobody mails it again, and counts.
    """
    # Whoever writes of people holds them first, and then what is kept of what they did.
    Contact.objects.filter(pk__in=contact_ids).hold()
    lock_draining()
    for forget in FORGET:
        forget(contact_ids)
