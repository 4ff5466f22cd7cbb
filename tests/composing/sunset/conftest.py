"""A list with people of whom some were not seen for long, and who were all mailed lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience import consent
from campaigns.audience.models import ConsentEntry, Contact, Subscription
from campaigns.composing.models import Campaign
from campaigns.composing.sunset import asking
from campaigns.sending.models import Delivery
from tests import world
from tests.composing.sunset import rounds
from tests.sending import stage

LONG_AGO = timezone.now() - timedelta(days=500)


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def make(workspace, news):
    """Make a person who agreed long ago to be measured and was mailed a month ago."""
    mailed = world.make_campaign(workspace, status=Campaign.Status.SENT, launched_at=LONG_AGO)

    def person(name, *, agreed=True, seen=None, on=news):
        one = world.make_contact(workspace, on=on, email=f"{name}@example.com", first_name=name)
        if agreed:
            consent.grant(one, consent.Evidence("preferences"))
            [line] = one.consent_entries.all()
            line.pk, line.at = None, LONG_AGO
            ConsentEntry.objects.bulk_create([line])
        Contact.objects.filter(pk=one.pk).update(created_at=LONG_AGO, last_seen_on=seen)
        Subscription.objects.filter(contact=one).update(subscribed_at=LONG_AGO)
        stage.make_delivery(
            mailed,
            one,
            state=Delivery.State.SENT,
            done_at=timezone.now() - timedelta(days=30),
        )
        return one

    return person


@pytest.fixture
def crowd(make):
    """Three who were not seen for long, one who was, and one of whom nobody may know."""
    today = timezone.now().date()
    quiet = [make(name) for name in ("ann", "bob", "cid")]
    make("dee", seen=today - timedelta(days=3))
    make("eve", agreed=False)
    return quiet


@pytest.fixture
def rule(workspace, sender):
    return workspace.sunset_rules.create()


@pytest.fixture
def asked(rule, member, crowd):
    """The campaign went to Ann, Bob and Cid, and their time to answer is over."""
    campaign = asking.draft(rule, member)
    for person in crowd:
        stage.make_delivery(campaign, person, state=Delivery.State.SENT, done_at=timezone.now())
    rounds.finish(campaign, days_ago=15)
    return rounds.loaded(rule)
