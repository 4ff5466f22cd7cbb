"""Give a mail that was sent to somebody once more, for them to read."""

from __future__ import annotations

from campaigns.audience import tokens
from campaigns.audience.models import Contact
from campaigns.composing import compiling, fields
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Revision
from campaigns.composing.slots import Person
from campaigns.sending import belonging
from campaigns.sending.models import Delivery


def html_of(token: tokens.Token, contact: Contact) -> str | None:
    """Return the HTML of the mail to `contact` that the token came with, or None if it is gone.

    The content is that which was sent, its parts for segments too; what it says of the person is
    what is known today. No pixel, and links as they were written: reading here counts nowhere.
    """
    delivery = Delivery.objects.filter(
        pk=token.delivery_id, contact=contact, workspace=contact.workspace_id
    ).first()
    if delivery is None:
        return None
    said = Revision.objects.filter(campaign=delivery.campaign_id, number=delivery.revision)
    revision = said.select_related("workspace").first()
    if revision is None:
        return None
    mail = compiling.compile_preview(revision, delivery.mode, delivery.click_mode)
    person = Person(
        uuid_hex=delivery.uuid.hex,
        address=delivery.address,
        contact=fields.values(contact) | belonging.of_delivery(delivery),
        open_token="",
        click_token="",
        unsubscribe_token=tokens.unsubscribe_token(contact.pk, delivery.campaign_id, delivery.pk),
    )
    try:
        return mail.parts(person).html
    except MergeTagError:
        return None
