"""Two contacts are one person: what the one did is the other's, also by mails that are out."""

from django.db import transaction

from tracking.models import Engagement, Event, Merged
from tracking.querysets import lock_draining


@transaction.atomic
def merge(contact_id: int, *, into: int) -> None:
    """Let all that is kept of a contact, and what their mails will tell, be about `into`.

    A mail's token stays bound to whether its own contact withdrew; once `into` withdraws, it
    collects nothing either (see `muting`). Counts of campaigns go by mails, and stay.
    """
    # A batch that was read before us must not be written after us.
    lock_draining()
    Event.objects.filter(contact_id=contact_id).update(contact_id=into)
    Engagement.objects.filter(contact_id=contact_id).update(contact_id=into)
    Merged.objects.filter(into_id=contact_id).update(into_id=into)
    Merged.objects.create(contact_id=contact_id, into_id=into)
