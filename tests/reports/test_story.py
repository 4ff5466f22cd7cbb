"""The story of a contact."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience import consent, suppression, unsubscribing
from campaigns.audience.consent import Evidence
from campaigns.audience.models import Contact, Subscription
from campaigns.composing.models import Campaign
from campaigns.reports import reasons, story, verdicts
from campaigns.reports.moments import Moment
from campaigns.sending.models import Delivery
from tests import world
from tests.audience.files import import_file
from tests.reports.scene import SCANNER
from tracking.models import Event

pytestmark = pytest.mark.django_db


def told(contact, show=""):
    return [str(moment.text) for moment in story.of(contact, show)]


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
        f"Joined {list_name}",
        "Was added to the contacts",
        "Clicked a link in",
        "Opened",
        "Was sent",
    ]


def test_a_machine_that_follows_all_links_is_one_moment(make_scene):
    scene = make_scene(granted=1)
    scene.clicks(0, 1, SCANNER, after=2)
    scene.clicks(0, 2, SCANNER, after=2.3)
    scene.drain()
    [found] = story.of(scene.people[0], "reading")
    assert (str(found.text), found.detail) == ("A machine followed a link in", "2 times")
    assert (str(found.verdict), found.why) == ("Security scanner", "Says that it is Barracuda")


def test_who_takes_consent_back_keeps_no_opens(make_scene):
    scene = make_scene(granted=1)
    scene.opens(0)
    scene.drain()
    person = scene.people[0]
    consent.withdraw(person, Evidence("preferences"))
    assert told(person, "reading") == []
    assert told(person)[0] == "Took back the consent to be measured"


def test_the_fragment_links_to_the_campaign(make_scene, alice):
    scene = make_scene(granted=1)
    page = alice.get(f"/contacts/{scene.people[0].pk}/timeline/")
    assert f'/campaigns/{scene.campaign.pk}/report/">Autumn letter</a>' in page.text


def test_a_stranger_hears_no_story(workspace, stranger):
    contact = world.make_contact(workspace)
    assert stranger.get(f"/contacts/{contact.pk}/timeline/").status_code == 404


def at(scene, hours):
    return scene.sent_at + timedelta(hours=hours)


def test_the_order_is_that_of_time_across_all_kinds(make_scene):
    scene = make_scene(granted=1)
    person = scene.people[0]
    Contact.objects.filter(pk=person.pk).update(created_at=at(scene, -9))
    Subscription.objects.filter(contact=person).update(subscribed_at=at(scene, -8))
    Delivery.objects.update(delivered_at=at(scene, 1), complained_at=at(scene, 3))
    scene.opens(0, after=7200)
    scene.drain()
    person.refresh_from_db()
    assert told(person) == [
        "Reported as spam",
        "Opened",
        "Their server said it has the mail",
        "Was sent",
        f"Joined {scene.campaign.lists.get().name}",
        "Was added to the contacts",
    ]


@pytest.mark.parametrize(
    ("show", "texts"),
    [
        ("mails", ["Was sent"]),
        ("reading", ["Clicked a link in", "Opened"]),
        ("lists", ["Joined {list}", "Was added to the contacts"]),
    ],
)
def test_one_kind_alone(make_scene, show, texts):
    scene = make_scene(granted=1)
    scene.opens(0)
    scene.clicks(0)
    scene.drain()
    name = scene.campaign.lists.get().name
    assert told(scene.people[0], show) == [text.format(list=name) for text in texts]


def test_a_mail_of_which_nothing_is_known_says_why(make_scene):
    scene = make_scene(unknown=1, refused=1)
    unknown, refused = (story.of(person, "mails")[0].detail for person in scene.people)
    assert unknown.startswith("Counted in totals only")
    assert refused.startswith("Nothing is recorded about this mail")


def test_first_open_and_first_click_outlive_single_ones(make_scene):
    scene = make_scene(granted=1, sent_at=timezone.now() - timedelta(days=60))
    scene.opens(0)
    scene.clicks(0)
    scene.drain()
    Event.objects.all().delete()
    assert told(scene.people[0], "reading") == [
        "First clicked a link in",
        "Opened for the first time",
    ]


def test_single_opens_are_not_told_twice(make_scene):
    scene = make_scene(granted=1)
    scene.opens(0)
    scene.drain()
    assert told(scene.people[0], "reading") == ["Opened"]


def test_who_is_not_mailed_any_more_is_told_why(workspace):
    contact = world.make_contact(workspace)
    suppression.suppress(workspace.pk, [contact.fingerprint], "hard_bounce")
    [found] = story.of(contact, "mails")
    assert (found.text, found.detail) == (
        "Is mailed nothing any more",
        "The address does not exist",
    )


def test_a_long_story_has_pages(make_scene, alice):
    scene = make_scene(granted=1)
    for hour in range(1, 31):
        scene.opens(0, after=hour * 60 + 3600)
    scene.drain()
    path = f"/contacts/{scene.people[0].pk}/timeline/?show=reading"
    assert alice.get(path).text.count("<li>\n    <span") == 25
    first = alice.get(path).context["page"]
    # What comes meanwhile shifts nothing.
    scene.opens(0, after=2 * 3600)
    scene.drain()
    answer = alice.get(f"{path}&at={first.next}", headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="story">')
    assert "5 of 31" in answer.text
    second = answer.context["page"]
    shown = [moment.at for moment in (*first, *second)]
    assert len(set(shown)) == 30
    assert shown == [moment.at for moment in story.of(scene.people[0], "reading")][1:]
    back = alice.get(f"{path}&at={second.previous}").context["page"]
    assert [moment.at for moment in back] == [moment.at for moment in first]


def test_things_of_one_time_are_told_once_each(workspace, monkeypatch):
    contact = world.make_contact(workspace)
    now = timezone.now()
    told_at = [now, now, now, now - timedelta(days=1), now - timedelta(days=1)]
    made = [Moment(at, "tag", str(number)) for number, at in enumerate(told_at)]
    monkeypatch.setattr(story, "of", lambda contact, show: made)
    monkeypatch.setattr(story, "PER_PAGE", 2)
    pages: list[list[str]] = []
    at = ""
    while not pages or at:
        page = story.page(contact, "", at)
        pages.append([str(moment.text) for moment in page])
        at = page.next
    assert pages == [["0", "1"], ["2", "3"], ["4"]]
    back = story.page(contact, "", page.previous)
    assert [str(moment.text) for moment in back] == pages[1]


def test_the_file_has_what_the_page_shows(make_scene, alice):
    scene = make_scene(granted=1)
    scene.opens(0)
    scene.clicks(0)
    scene.drain()
    person, named = scene.people[0], scene.campaign
    Campaign.objects.filter(pk=named.pk).update(name="=1+1")
    path = f"/contacts/{person.pk}/timeline"
    assert f"{path}.csv?show=reading" in alice.get(f"{path}/?show=reading").text
    answer = alice.get(f"{path}.csv?show=reading")
    lines = list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))
    assert lines[0][0] == f"When ({scene.workspace.time_zone})"
    assert [line[1:3] for line in lines[1:]] == [
        ["Clicked a link in", "'=1+1"],
        ["Opened", "'=1+1"],
    ]
    assert lines[1][4] == "A person"
    everything = alice.get(f"{path}.csv").getvalue().decode().splitlines()
    assert len(everything) == 1 + len(story.of(person))


def test_a_contact_of_others_has_no_file(workspace, stranger):
    contact = world.make_contact(workspace)
    assert stranger.get(f"/contacts/{contact.pk}/timeline.csv").status_code == 404


def test_without_htmx_it_is_a_page_of_its_own(workspace, alice):
    contact = world.make_contact(workspace)
    page = alice.get(f"/contacts/{contact.pk}/timeline/?show=x&at=y").text
    assert "<h1>What happened</h1>" in page
    assert "What is not here, and why" in page


def test_a_reason_does_not_say_the_verdict_again():
    titles = {str(one.title).lower() for one in verdicts.VERDICTS}
    assert [said for said in map(str, reasons.WORDS.values()) if said.lower() in titles] == []
    doubled = [said for said in map(str, reasons.WORDS.values()) if "scanner" in said.lower()]
    assert doubled == []


@pytest.mark.django_db(transaction=True)
def test_the_import_that_brought_or_changed_them_is_told(workspace):
    readers = world.make_list(workspace)
    import_file(readers, b"email,first name\nann@example.com,Ann\n")
    ann = workspace.contacts.get()
    assert ("Was added to the contacts", "By the import of “people.csv”") in [
        (moment.text, moment.detail) for moment in story.of(ann, "lists")
    ]
    import_file(readers, b"email,first name\nann@example.com,Anna\n")
    assert "Was changed by the import of “people.csv”" in told(ann, "lists")
