"""Whoever is forgotten is forgotten by what their mails did, too."""

from campaigns.audience import forgetting
from tests import world
from tracking.models import Engagement, Muted


def test_forgetting_erases_what_a_person_did_and_mutes_their_mails(workspace):
    ann, ben = world.make_contact(workspace), world.make_contact(workspace)
    for delivery, contact in enumerate((ann, ben), 1):
        Engagement.objects.create(
            workspace_id=workspace.pk, campaign_id=1, delivery_id=delivery, contact_id=contact.pk
        )
    forgotten = ann.pk
    forgetting.forget([forgotten])
    assert [row.contact_id for row in Engagement.objects.all()] == [ben.pk]
    assert Muted.objects.filter(contact_id=forgotten).exists()
    assert not Muted.objects.filter(contact_id=ben.pk).exists()
