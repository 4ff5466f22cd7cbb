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
