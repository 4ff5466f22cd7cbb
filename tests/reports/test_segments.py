"""People whom a report shows become a segment by one button."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.composing.models import Campaign
from tests import world
from tracking import links

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(workspace):
    one = world.make_campaign(
        workspace, name="June news", status=Campaign.Status.SENT, launched_at=timezone.now()
    )
    links.register(one.pk, workspace.pk, ["https://a.example", "https://b.example"])
    return one


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("show=opened", "People who opened “June news”."),
        ("show=clicked", "People who clicked in “June news”."),
        ("link=2", "People who clicked https://b.example in “June news”."),
    ],
)
def test_the_report_leads_to_a_segment(alice, campaign, query, sentence):
    page = alice.get(reverse("reports:recipients", args=[campaign.pk]) + f"?{query}").text
    [address] = re.findall(r'href="(/segments/new/[^"]+)"', page)
    assert alice.get(html.unescape(address)).context["sentence"] == sentence


@pytest.fixture
def evens(autumn):
    """A segment of people of whom the numbers in their names are even."""
    workspace = autumn.campaign.workspace
    chosen = [person.pk for number, person in enumerate(autumn.people) if number % 2 == 0]
    workspace.contacts.filter(pk__in=chosen).update(country="PE")
    asked = {"match": "all", "of": [{"what": "country", "how": "is", "values": ["PE"]}]}
    return workspace.segments.create(name="Evens % (sic)", question=asked)


def addresses(scene, numbers):
    return {scene.people[number].email for number in numbers}


def rows(client, scene, query):
    page = client.get(reverse("reports:recipients", args=[scene.campaign.pk]) + f"?{query}")
    return {one.row.address for one in page.context["page"].rows}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", range(0, 35, 2)),
        ("sort=-last", range(0, 35, 2)),
        ("sort=country", range(0, 35, 2)),
        ("sort=-address", range(0, 35, 2)),
        ("show=opened", [0, 2, 4]),
        ("show=opened&sort=opens", [0, 2, 4]),
        ("show=clicked", [0]),
        ("show=not_opened", [10, 12, 14, 16, 18]),
        ("show=failed", []),
        ("q=granted7", []),
        ("q=granted8", [8]),
    ],
)
def test_a_report_shows_those_of_a_segment_alone(alice, autumn, evens, query, expected):
    query = f"{query}&segment={evens.pk}"
    assert rows(alice, autumn, query) == addresses(autumn, expected)
    answer = alice.get(reverse("reports:recipients_csv", args=[autumn.campaign.pk]) + f"?{query}")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()[1:]
    assert {line.partition(",")[0] for line in lines} == addresses(autumn, expected)


def test_the_report_offers_segments_and_keeps_the_choice(alice, autumn, evens):
    path = reverse("reports:recipients", args=[autumn.campaign.pk])
    page = alice.get(f"{path}?segment={evens.pk}&show=opened").text
    assert f'<option value="{evens.pk}" selected>Evens % (sic)</option>' in page
    assert f"recipients.csv?segment={evens.pk}&amp;show=opened" in page


def test_of_a_segment_that_asks_for_what_is_gone_there_is_nobody(alice, autumn, evens):
    gone = {"match": "none", "of": [{"what": "list", "how": "on", "list": 999_999}]}
    type(evens).objects.update(question=gone)
    assert rows(alice, autumn, f"segment={evens.pk}") == set()


def test_a_segment_of_elsewhere_is_none_here(alice, autumn):
    other = world.make_workspace()
    asked = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}
    theirs = other.segments.create(name="Theirs", question=asked)
    assert len(rows(alice, autumn, f"segment={theirs.pk}")) == 35
