"""What the segments of a mail say of its recipients: asked for a whole claim, and kept.

Of most campaigns nothing is asked, and that is known by heart.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from campaigns.composing import segmenting
from campaigns.composing.models import Revision
from campaigns.composing.segmenting import Said
from campaigns.sending.models import Belonging, Delivery
from campaigns.sending.querysets.ledger import Claimed


def known(campaign_id: int, rows: list[Claimed]) -> list[Claimed]:
    """Return claimed rows with what the segments of their mail say of each person.

    What was said of a delivery stays: a second try shows what the first did.
    """
    if not rows or not _asks(campaign_id, rows[0].revision):
        return rows
    revision = Revision.objects.select_related("workspace").get(
        campaign=campaign_id, number=rows[0].revision
    )
    kept = _kept([row.id for row in rows], revision.number)
    new = {row.id: row.contact_id for row in rows if row.contact_id and row.id not in kept}
    said = segmenting.of_people(revision, list(new.values()))
    _keep(revision, {pk: said[contact_id] for pk, contact_id in new.items()})
    kept |= {pk: said[contact_id] for pk, contact_id in new.items()}
    return [row._replace(contact=row.contact | kept.get(row.id, {})) for row in rows]


def of_delivery(delivery: Delivery) -> Said:
    """Return what the segments said of one recipient when the mail was made."""
    return _kept([delivery.pk], delivery.revision).get(delivery.pk, {})


def forget_deeds(contact_ids: Collection[int]) -> None:
    """Forget what was said of these people where a segment asks for what they opened or clicked."""
    theirs = Belonging.objects.filter(delivery__contact__in=contact_ids)
    for campaign_id, number in theirs.values_list("delivery__campaign", "revision").distinct():
        revision = Revision.objects.get(campaign=campaign_id, number=number)
        if segmenting.is_about_deeds(revision):
            theirs.filter(delivery__campaign=campaign_id, revision=number).delete()


# What was frozen never changes.
@functools.lru_cache(maxsize=256)
def _is_asking(campaign_id: int, number: int) -> bool:
    segments = Revision.objects.filter(campaign=campaign_id, number=number).values_list("segments")
    return bool(segments.get()[0])


def _asks(campaign_id: int, number: int) -> bool:
    try:
        return _is_asking(campaign_id, number)
    except Revision.DoesNotExist:
        # Not remembered: it may be frozen in a moment.
        return False


def _kept(ids: Sequence[int], number: int) -> dict[int, Said]:
    rows = Belonging.objects.filter(delivery__in=ids, revision=number)
    return dict(rows.values_list("delivery", "said"))


def _keep(revision: Revision, said: dict[int, Said]) -> None:
    Belonging.objects.bulk_create(
        (
            Belonging(
                delivery_id=pk,
                workspace_id=revision.workspace_id,
                revision=revision.number,
                said=one,
            )
            for pk, one in said.items()
        ),
        update_conflicts=True,
        unique_fields=["delivery"],
        update_fields=["revision", "said"],
    )
