"""The click map: the mail as it went out, with its clicks on it, and no way to do harm."""

import re

import pytest
from django.utils import timezone

from campaigns.composing import markup
from campaigns.reports import click_map, reading
from tests import world

pytestmark = pytest.mark.django_db


def frame(browser, scene):
    answer = browser.get(f"/campaigns/{scene.campaign.pk}/report/clicks/frame/")
    assert answer.status_code == 200
    return answer


def badges(html):
    found = re.findall(r'title="Link (\d): ([^"]+)"', html)
    return {int(number): words for number, words in found}


def test_each_link_wears_how_many_clicked_it(autumn, alice):
    html = frame(alice, autumn).text
    assert badges(html) == {1: "2 people clicked it", 2: "2 people clicked it"}
    assert "2 · 67%" in html
    first = html.index('href="https://shop.example/first"')
    assert html.index("Link 1:") > first


def test_nothing_in_the_frame_runs_or_leads_anywhere(autumn, alice):
    answer = frame(alice, autumn)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert "/track/" not in answer.text
    assert '<base target="_blank">' in answer.text
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/clicks/").text
    assert re.search(r'<iframe[^>]* sandbox=""', page)


def test_the_same_stands_in_a_table(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/clicks/").text
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert rows.count("<tr>") == 2
    assert "https://shop.example/second" in rows
    assert "show=clicked&amp;link=2" in rows


def test_clicks_of_few_who_are_only_counted_are_on_no_badge(make_scene, alice):
    scene = make_scene(unknown=15)
    for person in range(3):
        scene.clicks(person, 1)
    scene.drain()
    html = frame(alice, scene).text
    assert badges(html)[1] == "Too few clicks to be shown by themselves"


def test_a_mail_whose_names_are_html_stays_harmless(make_scene, alice):
    scene = make_scene(granted=1)
    scene.campaign.revisions.update(html='<p><a href="https://shop.example/first">"x<b>y</a>')
    assert "Link 1: 0 people clicked it" in frame(alice, scene).text


def test_a_draft_has_no_click_map_yet(alice, workspace):
    campaign = world.make_campaign(workspace)
    page = alice.get(f"/campaigns/{campaign.pk}/report/clicks/")
    assert "This campaign has not gone out yet" in page.text
    assert alice.get(f"/campaigns/{campaign.pk}/report/clicks/frame/").status_code == 404


def test_an_older_content_is_shown_when_it_is_asked_for(autumn, alice):
    newest = autumn.campaign.revisions.get()
    newest.pk, newest.number = None, 2
    newest._state.adding = True
    newest.html = newest.html.replace("second", "second one")
    newest.save()
    path = f"/campaigns/{autumn.campaign.pk}/report/clicks/"
    assert "Version 1" in alice.get(path).text
    assert "second one" in alice.get(f"{path}frame/").text
    assert "second one" not in alice.get(f"{path}frame/?revision=1").text


def test_people_clicks_and_their_share_are_of_all_who_clicked(autumn):
    report = reading.report(autumn.campaign, reading.Wanted(), now=timezone.now())
    first = next(link for link in report.links if link.number == 1)
    assert click_map.heat(first, report).text == "2 · 67%"


def test_a_mark_stands_at_the_end_of_words_and_before_a_picture():
    source = (
        '<a href="https://a.example/?x=1&amp;y=2">Read <b>on</b></a> <a href="b"><img></a><a>no</a>'
    )
    marked = markup.mark_links(source, lambda url, picture: f"[{url}{'*' if picture else ''}]")
    assert marked == (
        '<a href="https://a.example/?x=1&amp;y=2">Read <b>on</b>[https://a.example/?x=1&y=2]</a>'
        ' <a href="b">[b*]<img></a><a>no</a>'
    )
