"""A few mails of the sample in the local inbox, as their recipients got them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from campaigns.composing.models import Campaign
from campaigns.reports.demo.outcomes import Sent
from campaigns.reports.querysets.sample import backdate
from campaigns.sending import building
from campaigns.sending.inbox import arriving, store
from campaigns.sending.models import Delivery, InboxMail
from campaigns.sending.querysets.ledger import Claimed

FEW = 4
_STUFFED = re.compile(rb"^\.(?=\.)", re.MULTILINE)


def some(sent: Sequence[Sent]) -> list[Sent]:
    """Return a few mails to look at: an English one of each way of measuring, then any."""
    first: dict[str, Sent] = {}
    for one in sent:
        if one.delivery.contact is not None and one.delivery.contact.language == "en":
            first.setdefault(one.delivery.mode, one)
    return [*first.values(), *(one for one in sent if one not in first.values())][:FEW]


def put_into_inbox(campaign: Campaign, sent: Sequence[Sent]) -> None:
    """Keep the mails of these deliveries in the workspace's inbox."""
    builder = building.Builder(campaign, "bytes")
    mails = []
    for one in sent:
        outgoing = builder.outgoing(_claimed(one.delivery))
        if isinstance(outgoing.mail, bytes):
            content = _STUFFED.sub(b"", outgoing.mail)
            mails.append(
                arriving.read(
                    campaign.workspace_id, outgoing.envelope_from, [outgoing.address], content
                )
            )
    store.insert(mails)
    kept = InboxMail.objects.filter(delivery_uuid__in=[one.delivery.uuid for one in sent])
    moments = {one.delivery.uuid: one.at for one in sent}
    rows = kept.values_list("pk", "delivery_uuid")
    backdate(InboxMail, "received_at", {pk: moments[uuid] for pk, uuid in rows if uuid})


def _claimed(row: Delivery) -> Claimed:
    contact = row.contact
    names = ("email", "first_name", "last_name", "language", "country", "time_zone")
    facts = {name: getattr(contact, name) for name in names} if contact else {}
    return Claimed(
        id=row.pk,
        uuid_hex=row.uuid.hex,
        address=row.address,
        mode=row.mode,
        epoch=row.consent_epoch,
        revision=row.revision,
        attempt=1,
        contact_id=row.contact_id,
        contact=facts | (contact.fields if contact else {}),
        click_mode=row.click_mode,
    )
