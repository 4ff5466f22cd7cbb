"""Changing a campaign: saved, refused when somebody else saved first, copied, deleted."""

import threading

import pytest
from django.db import connection

from campaigns.composing import editing, freezing
from campaigns.composing.models import Campaign
from tests import world

Status = Campaign.Status


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], body="Hello"
    )


def save(campaign, *, version=1, tab="one", **values):
    return editing.save(campaign, values, editing.Page(version, tab))


def test_saves_and_counts_versions(campaign):
    saved = save(campaign, subject="New")
    assert (saved.subject, saved.version) == ("New", 2)


def test_refuses_a_save_over_somebody_elses(campaign):
    save(campaign, subject="Theirs", tab="theirs")
    with pytest.raises(editing.StaleError):
        save(campaign, subject="Mine", tab="mine")
    campaign.refresh_from_db()
    assert campaign.subject == "Theirs"


def test_the_same_page_may_save_again_though_an_answer_was_lost(campaign):
    save(campaign, subject="One", tab="mine")
    assert save(campaign, subject="Two", tab="mine").subject == "Two"


def test_pages_without_a_name_are_not_the_same_page(campaign):
    save(campaign, subject="One", tab="")
    with pytest.raises(editing.StaleError):
        save(campaign, subject="Two", tab="")


@pytest.mark.parametrize(
    "status", [Status.SENDING, Status.SENT, Status.PREPARING, Status.CANCELLED]
)
def test_refuses_to_change_what_is_on_its_way(campaign, status):
    Campaign.objects.filter(pk=campaign.pk).update(status=status)
    campaign.refresh_from_db()
    with pytest.raises(editing.ClosedError):
        save(campaign, subject="Late")
    campaign.refresh_from_db()
    assert campaign.subject == "Hello"


def test_what_was_frozen_stays_and_the_campaign_gets_a_new_number(campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status=Status.PAUSED)
    frozen = freezing.freeze(campaign)
    paused = Campaign.objects.get(pk=campaign.pk)
    saved = save(paused, body="Changed")
    assert saved.revision == 2
    assert save(saved, version=2, body="Changed again").revision == 2
    again = freezing.freeze(Campaign.objects.get(pk=campaign.pk))
    assert (again.number, "Changed again" in again.html) == (2, True)
    frozen.refresh_from_db()
    assert "Changed" not in frozen.html


def test_while_paused_the_audience_stays_as_it_was(campaign, workspace):
    Campaign.objects.filter(pk=campaign.pk).update(status=Status.PAUSED)
    other = world.make_list(workspace)
    paused = Campaign.objects.get(pk=campaign.pk)
    before = list(paused.lists.values_list("pk", flat=True))
    save(paused, lists=[other], tracking="none", subject="New")
    paused.refresh_from_db()
    assert list(paused.lists.values_list("pk", flat=True)) == before
    assert (paused.tracking, paused.subject) == ("individual", "New")


def test_a_copy_says_the_same_and_is_a_draft(campaign, member):
    Campaign.objects.filter(pk=campaign.pk).update(status=Status.SENT, revision=4)
    campaign.refresh_from_db()
    copy = editing.duplicate(campaign, member)
    assert copy.pk != campaign.pk
    assert (copy.status, copy.revision, copy.launched_at) == (Status.DRAFT, 1, None)
    assert (copy.body, copy.sender, list(copy.lists.all())) == (
        campaign.body,
        campaign.sender,
        list(campaign.lists.all()),
    )
    assert copy.name == f"Copy of {campaign.name}"


def test_a_long_name_can_be_copied(campaign, member):
    campaign.name = "x" * 150
    assert len(editing.duplicate(campaign, member).name) == 150


def test_a_new_campaign_takes_the_only_sender_and_list(workspace, sender, member):
    only = world.make_list(workspace)
    campaign = editing.create(workspace, member, "First")
    assert campaign.sender == sender
    assert list(campaign.lists.all()) == [only]


def test_deletes_drafts_and_nothing_else(campaign, workspace):
    sent = world.make_campaign(workspace, status=Status.SENT)
    assert Campaign.objects.filter(pk__in=[campaign.pk, sent.pk]).delete_drafts() == 1
    assert list(Campaign.objects.all()) == [sent]


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_is_told(transactional_db):
    workspace = world.make_workspace()
    campaign = world.make_campaign(workspace)
    barrier, outcomes = threading.Barrier(2), []

    def worker(tab):
        barrier.wait()
        try:
            editing.save(campaign, {"subject": tab}, editing.Page(1, tab))
            outcomes.append("saved")
        except editing.StaleError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(tab,)) for tab in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told"]
