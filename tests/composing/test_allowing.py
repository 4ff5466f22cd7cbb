"""What a campaign may record: the least of what workspace, lists, campaign and person allow."""

import itertools

import pytest

from campaigns.accounts.models import Workspace
from campaigns.audience import measuring
from campaigns.audience.models import Consent, Tracking
from campaigns.composing import allowing
from tests import world

POLICIES = ["", *Workspace.Policy.values]


@pytest.mark.parametrize("workspace_policy", Workspace.Policy.values)
@pytest.mark.parametrize("list_policy", POLICIES)
@pytest.mark.parametrize("campaign_policy", POLICIES)
def test_nobody_who_has_a_say_is_overruled(db, workspace_policy, list_policy, campaign_policy):
    workspace = world.make_workspace(policy=workspace_policy)
    one = world.make_list(workspace, policy=list_policy)
    campaign = world.make_campaign(workspace, lists=[one], policy=campaign_policy)
    policies = [text for text in (workspace_policy, list_policy, campaign_policy) if text]
    for list_most, campaign_most in itertools.product(measuring.MODES, repeat=2):
        one.tracking, campaign.tracking = list_most, campaign_most
        one.save(update_fields=["tracking"])
        allowed = allowing.of(campaign)
        for said in Consent.values:
            contact = world.make_contact(workspace, measuring=said)
            modes = [measuring.most(policy, said) for policy in policies]
            least = measuring.least(*modes, list_most, campaign_most)
            assert allowed.modes(contact) == (least, least)


def test_without_an_answer_nobody_is_told_apart_unless_the_workspace_says_so(db):
    for policy, expected in (
        ("strict", "none"),
        ("consent", "aggregate"),
        ("opt_out", "individual"),
    ):
        campaign = world.make_campaign(world.make_workspace(policy=policy))
        assert allowing.of(campaign).modes(None) == (expected, expected)


def test_the_strictest_list_counts_and_is_named(workspace):
    news = world.make_list(workspace, name="News")
    patients = world.make_list(workspace, name="Patients", tracking=Tracking.NONE)
    campaign = world.make_campaign(workspace, lists=[news, patients])
    allowed = allowing.of(campaign)
    assert allowed.most == "none"
    assert "Nothing is recorded" in allowed.words
    assert allowed.reason == "That is because of the list “Patients”, which allows no more."


def test_a_list_that_changes_nothing_is_not_named(workspace):
    news = world.make_list(workspace, policy="opt_out")
    assert allowing.of(world.make_campaign(workspace, lists=[news])).reason == ""


@pytest.mark.parametrize(
    ("policy", "most", "words"),
    [
        ("opt_out", "individual", "of everybody but those who objected"),
        ("consent", "individual", "The others are counted in totals"),
        ("strict", "individual", "not even totals"),
        ("consent", "aggregate", "Nobody is told apart"),
        ("strict", "aggregate", "only of people who agreed"),
        ("opt_out", "none", "Nothing is recorded"),
    ],
)
def test_it_is_said_in_words(db, policy, most, words):
    workspace = world.make_workspace(policy=policy)
    assert words in allowing.of(world.make_campaign(workspace, tracking=most)).words


def test_the_operator_sets_the_most_for_all(workspace, settings):
    settings.MEASURING_MOST = "aggregate"
    campaign = world.make_campaign(workspace, lists=[world.make_list(workspace)])
    agreed = world.make_contact(workspace, measuring="granted")
    assert allowing.of(campaign).modes(agreed) == ("aggregate", "aggregate")
    assert allowing.of(campaign).reason == ""
