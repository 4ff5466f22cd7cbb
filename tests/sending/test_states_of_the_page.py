"""The page of a campaign says in each state what happened, and what to do, once."""

import pytest
from django.urls import reverse

from campaigns.composing.models import Campaign
from campaigns.sending import claiming, steering
from campaigns.sending.models import Alarm, Canary
from campaigns.sending.pacing import breakers
from tests.sending import stage

pytestmark = pytest.mark.django_db


def says(alice, campaign) -> str:
    return " ".join(alice.get(reverse("sending:campaign", args=[campaign.pk])).text.split())


def test_the_first_few_that_went_wrong_tell_how_many_wait(workspace, alice):
    campaign = stage.make_sending(workspace, people=5)
    Canary.objects.create(campaign=campaign, size=2, taken=2)
    stage.taken(campaign, 2)
    alarm = Alarm(campaign=campaign, cause="hard_bounces", counted=1, handed=2)
    assert breakers._pause(campaign, alarm, in_canary=True)
    page = says(alice, campaign)
    assert "Stopped because 1 of 2 addresses do not exist" in page
    assert "These were the first few; 3 people wait." in page


def test_a_servers_last_words_end_in_one_full_stop(workspace, alice):
    campaign = stage.make_sending(workspace, people=1)
    assert steering.stop_for_refusals(campaign, "5.7.26 The sender is not known.")
    assert "“5.7.26 The sender is not known”. Nobody gets" in says(alice, campaign)


@pytest.mark.parametrize(
    "stop",
    [
        lambda campaign: steering.stop_for_provider(campaign, "535 no"),
        lambda campaign: steering.stop_for_database(campaign, claiming.out_of_space()),
    ],
)
def test_what_a_resume_does_not_do_is_said_once(workspace, alice, stop):
    campaign = stage.make_sending(workspace, people=1)
    assert stop(campaign)
    page = says(alice, campaign)
    assert "What to do" in page
    assert page.count("does not get it again") == 1
    assert ".." not in page


def test_one_that_failed_says_what_to_do(workspace, alice):
    campaign = stage.make_sending(workspace, people=0)
    Campaign.objects.update(status="failed", pause_reason="Nobody can be mailed.")
    assert "Nobody can be mailed. Nobody got it. Take it back to draft" in says(alice, campaign)


def test_while_the_audience_is_put_together_nothing_is_said_of_it(workspace, alice):
    campaign = stage.make_sending(workspace, people=0)
    Campaign.objects.update(status="preparing", launched_at="2026-01-01T00:00Z")
    assert "is known when the audience is put together" in says(alice, campaign)
