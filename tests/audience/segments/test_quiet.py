"""Who was not seen for long, of those who would have been; of nobody else it is said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience import consent, staying
from campaigns.audience.models import ConsentEntry, Contact, Subscription
from campaigns.audience.segments import applying
from tests import world
from tracking.models import Engagement

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture
def make(workspace):
    """Make people of long ago, what they said and when they were last seen."""

    def person(name, *, agreed=LONG_AGO, seen=None, added=LONG_AGO, joined=None):
        one = world.make_contact(workspace, email=f"{name}@example.com")
        if agreed:
            consent.grant(one, consent.Evidence("preferences"))
            set_aside(one, agreed)
        day = seen.date() if seen else None
        Contact.objects.filter(pk=one.pk).update(created_at=added, last_seen_on=day)
        if joined:
            row = Subscription.objects.create(
                workspace=workspace, list=world.make_list(workspace), contact=one
            )
            Subscription.objects.filter(pk=row.pk).update(subscribed_at=joined)
        return one

    return person


def set_aside(one, at):
    """The ledger is never changed: what was said earlier is another line."""
    [line] = one.consent_entries.all()
    line.pk, line.at = None, at
    ConsentEntry.objects.bulk_create([line])


def found(workspace, match="all"):
    asked = {"match": match, "of": [{"what": "quiet", "how": "for", "days": 180}]}
    segment = workspace.segments.create(name=match, question=asked)
    emails = applying.people(segment).values_list("email", flat=True)
    return sorted(email.removesuffix("@example.com") for email in emails)


def test_only_who_would_have_been_seen_was_not(workspace, make):
    recently = NOW - timedelta(days=10)
    make("never")
    make("long-ago", seen=NOW - timedelta(days=300))
    make("lately", seen=recently)
    make("unmeasured", agreed=None)
    make("newcomer", added=recently)
    make("joined", joined=recently)
    make("joined-long-ago", joined=LONG_AGO)
    late = world.make_contact(workspace, email="agreed-late@example.com")
    consent.grant(late, consent.Evidence("preferences"))
    Contact.objects.filter(pk=late.pk).update(created_at=LONG_AGO)
    staying.stay(make("said-they-stay", joined=LONG_AGO).pk, None)
    looked_at = make("perhaps-seen")
    Engagement.objects.create(
        workspace_id=workspace.pk,
        campaign_id=1,
        delivery_id=1,
        contact_id=looked_at.pk,
        opens_uncertain=1,
        latest_at=recently,
    )
    refused = make("refused")
    consent.refuse(refused, consent.Evidence("preferences"))
    assert found(workspace) == ["joined-long-ago", "long-ago", "never"]
    assert found(workspace, "none") == ["joined", "lately", "newcomer", "said-they-stay"]
