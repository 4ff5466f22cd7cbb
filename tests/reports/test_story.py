"""The story of a contact."""

import pytest

from campaigns.audience import consent, unsubscribing
from campaigns.audience.consent import Evidence
from campaigns.reports import story
from tests import world
from tests.reports.scene import SCANNER

pytestmark = pytest.mark.django_db


def told(contact):
    return [str(moment.text) for moment in story.of(contact)]


def test_the_newest_comes_first(make_scene):
    scene = make_scene(granted=1)
    scene.opens(0)
    scene.clicks(0)
    scene.drain()
    row = scene.delivery(0)
    unsubscribing.unsubscribe(row.contact_id, row.campaign_id, row.pk, "page")
    list_name = scene.campaign.lists.get().name
    assert told(scene.people[0]) == [
        f"Left {list_name}",
        "Clicked a link in",
        "Opened",
        "Was sent",
    ]


def test_a_machine_that_follows_all_links_is_one_moment(make_scene):
    scene = make_scene(granted=1)
    scene.clicks(0, 1, SCANNER, after=2)
    scene.clicks(0, 2, SCANNER, after=2.3)
    scene.drain()
    first, second = story.of(scene.people[0])
    assert (str(first.text), first.detail) == ("A machine followed a link in", "2 times")
    assert str(second.text) == "Was sent"


def test_who_takes_consent_back_keeps_no_opens(make_scene):
    scene = make_scene(granted=1)
    scene.opens(0)
    scene.drain()
    person = scene.people[0]
    consent.withdraw(person, Evidence("preferences"))
    assert told(person) == ["Took back the consent to be measured", "Was sent"]


def test_the_fragment_links_to_the_campaign(make_scene, alice):
    scene = make_scene(granted=1)
    page = alice.get(f"/contacts/{scene.people[0].pk}/timeline/")
    assert f'/campaigns/{scene.campaign.pk}/report/">Autumn letter</a>' in page.text


def test_a_stranger_hears_no_story(workspace, stranger):
    contact = world.make_contact(workspace)
    assert stranger.get(f"/contacts/{contact.pk}/timeline/").status_code == 404
