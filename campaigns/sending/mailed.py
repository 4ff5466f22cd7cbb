"""Who is part of a campaign: they stay when the import that brought them is undone."""

from collections.abc import Sequence

from campaigns.sending.models import Delivery


def among(contact_ids: Sequence[int]) -> set[int]:
    """Return those of the contacts who have got a mail, or are to get one."""
    rows = Delivery.objects.filter(contact__in=contact_ids)
    return set(rows.values_list("contact_id", flat=True).distinct())
