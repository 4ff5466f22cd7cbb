"""Forget people: everything this room knows of them goes, and they stay unmailed."""

from collections.abc import Sequence

from django.db import transaction

from campaigns.audience import suppression
from campaigns.audience.models import Contact, Suppression, Unsubscription
from tracking import muting


@transaction.atomic
def forget(contact_ids: Sequence[int]) -> None:
    """Erase contacts, their subscriptions and their consent; keep a fingerprint of each.

    Who left through which campaign stays a count: the row no longer says who it was. What
    they opened and clicked goes too, and mails they still have collect nothing more.
    """
    people = Contact.objects.select_for_update().filter(pk__in=contact_ids)
    for workspace_id, fingerprint in people.values_list("workspace", "fingerprint"):
        suppression.suppress(workspace_id, [fingerprint], Suppression.Reason.ERASED)
    Unsubscription.objects.filter(contact__in=contact_ids).update(contact=None, delivery_id=None)
    Contact.objects.filter(pk__in=contact_ids).delete()
    muting.forget(contact_ids)
