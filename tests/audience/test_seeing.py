"""The day somebody was last seen: only of people who agreed, and a day and no more."""

from datetime import UTC, date, timedelta

import pytest
from django.utils import timezone

from campaigns.audience import consent, seeing
from campaigns.audience.models import ConsentEntry, Purpose
from tests import world
from tracking.facts import Agreed
from tracking.models import Engagement

NOW = timezone.now()


def seen(contact, at, campaign=1):
    Engagement.objects.create(
        workspace_id=contact.workspace_id,
        campaign_id=campaign,
        delivery_id=contact.pk * 10 + campaign,
        contact_id=contact.pk,
        last_at=at,
        latest_at=at,
    )


@pytest.mark.parametrize(
    ("opens", "clicks", "kept"),
    [
        ("granted", "", True),
        ("granted", "refused", True),
        ("refused", "granted", True),
        ("unknown", "", False),
        ("withdrawn", "", False),
    ],
)
def test_only_people_who_agreed_have_such_a_day(workspace, opens, clicks, kept):
    ann = world.make_contact(workspace, measuring=opens, measuring_clicks=clicks)
    seen(ann, NOW)
    assert seeing.note() == int(kept)
    ann.refresh_from_db()
    assert ann.last_seen_on == (NOW.astimezone(UTC).date() if kept else None)


def test_the_day_only_moves_on(workspace):
    ann = world.make_contact(workspace, measuring="granted")
    seen(ann, NOW - timedelta(days=2))
    seen(ann, NOW, campaign=2)
    assert [seeing.note(), seeing.note()] == [1, 0]
    Engagement.objects.filter(campaign_id=2).delete()
    assert seeing.note() == 0
    ann.refresh_from_db()
    assert ann.last_seen_on == NOW.astimezone(UTC).date()


def test_a_machine_is_not_the_person(workspace):
    ann = world.make_contact(workspace, measuring="granted", last_seen_on=date(2026, 1, 1))
    seen(ann, None)
    Engagement.objects.update(latest_at=NOW)
    assert seeing.note() == 0


def test_tracking_hears_what_people_agreed_to(workspace):
    ann = world.make_contact(workspace)
    bob = world.make_contact(workspace, measuring="granted")
    consent.grant(ann, consent.Evidence(ConsentEntry.Source.PREFERENCES), [Purpose.CLICKS])
    assert seeing.agreements([ann.pk, bob.pk, 0]) == {
        ann.pk: Agreed(clicks=True),
        bob.pk: Agreed(opens=True, clicks=True),
    }
