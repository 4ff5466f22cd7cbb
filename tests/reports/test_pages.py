"""Pages of the reports room, before there is anything to report."""

import re

import pytest

from tests import world

pytestmark = pytest.mark.django_db


def test_home_leads_a_new_workspace_to_its_first_campaign(alice):
    page = alice.get("/")
    assert page.status_code == 200
    assert "First steps" in page.text
    assert "0 of 5 done" in page.text


def test_an_empty_list_of_campaigns_says_what_to_do(alice):
    page = alice.get("/campaigns/")
    assert "No campaigns yet" in page.text


def test_a_draft_has_no_report_yet(alice, workspace):
    campaign = world.make_campaign(workspace)
    page = alice.get(f"/campaigns/{campaign.pk}/report/")
    assert "This campaign has not gone out yet" in page.text


def test_a_draft_has_no_recipients_yet(alice, workspace):
    campaign = world.make_campaign(workspace)
    page = alice.get(f"/campaigns/{campaign.pk}/report/recipients/")
    assert "No recipients yet" in page.text


def test_a_new_contact_has_no_story(alice, workspace):
    contact = world.make_contact(workspace)
    page = alice.get(f"/contacts/{contact.pk}/timeline/")
    assert "Was added to the contacts" in page.text
    assert "Nothing yet" in alice.get(f"/contacts/{contact.pk}/timeline/?show=reading").text


def test_the_report_says_out_of_how_many(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/")
    text = " ".join(re.sub(r"<[^>]+>", "", page.text).split())
    assert "15.0%" in text
    assert "3 of 20 people who may be measured clicked a link themselves" in text
    assert "Between 35% and 50% of 20 people who may be measured: 7 for sure" in text
    assert "About 20 of 35 people the mail was delivered to (57%)" in text
    assert "of 35 accepted by the mail server" in text
    assert "95% interval 18.1% to 70.1%" in text


def test_clicks_are_the_headline_and_come_before_opens(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/").text
    assert re.findall(r"</svg>\s*(\w+)\s*</h2>", page)[:2] == ["Clicked", "Opened"]


def test_raw_counts_are_one_click_away(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/?raw=1")
    assert "<strong>11</strong> of 20 people" in page.text
    assert "55.0%" in page.text


def test_htmx_gets_only_the_part_that_moves(autumn, alice):
    path = f"/campaigns/{autumn.campaign.pk}/report/"
    part = alice.get(path, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="report"')
    assert part["Vary"] and "HX-Request" in part["Vary"]


def test_a_report_takes_the_same_queries_for_every_size(autumn, alice, django_assert_num_queries):
    # Session, member, workspace, memberships; campaign, its lists; how it stands, its ledger,
    # hits, people, unsubscribed; hours, links, their clicks, facets.
    with django_assert_num_queries(16):
        alice.get(f"/campaigns/{autumn.campaign.pk}/report/")


def test_nobody_opened_yet(make_scene, alice):
    scene = make_scene(granted=12)
    page = alice.get(f"/campaigns/{scene.campaign.pk}/report/")
    assert "Nobody has opened it yet" in page.text


def test_nothing_is_recorded_of_people_who_refused(make_scene, alice):
    scene = make_scene(refused=12)
    page = alice.get(f"/campaigns/{scene.campaign.pk}/report/")
    assert "Nothing is recorded for this campaign" in page.text


def test_figures_of_a_few_are_called_figures_of_people(make_scene, alice):
    scene = make_scene(granted=3)
    page = alice.get(f"/campaigns/{scene.campaign.pk}/report/")
    assert "Only 3 people are measured here" in page.text


def test_every_chart_has_a_table_behind_it(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/").text
    assert page.count("<figure") == page.count("Show as a table") == 3
    assert '<script id="timeline-data" type="application/json">' in page


@pytest.mark.parametrize(
    "page",
    [
        "report/",
        "report/recipients/",
        "report/hits/",
        "report/clicks/",
        "report/clicks/frame/",
        "report/mailboxes/",
    ],
)
def test_a_stranger_gets_no_report(autumn, stranger, page):
    assert stranger.get(f"/campaigns/{autumn.campaign.pk}/{page}").status_code == 404


def test_pages_are_only_read(autumn, alice):
    assert alice.post(f"/campaigns/{autumn.campaign.pk}/report/").status_code == 405
