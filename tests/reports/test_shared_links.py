"""The page of all links to reports: who made them, when they were last opened, how to shut them."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from campaigns.reports import sharing
from campaigns.reports.models import ShareLink
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def campaign(workspace):
    return world.make_campaign(workspace, name="Harvest", launched_at=timezone.now())


def share(campaign, by=None):
    link, address = sharing.share(campaign, days=7, by=by)
    return link, "/shared/" + address.partition("/shared/")[2]


def test_open_links_stand_with_who_made_them_and_until_when(campaign, member, alice):
    share(campaign, by=member)
    page = alice.get("/shares/").text
    assert "Harvest" in page
    assert member.email in page
    assert "Open until" in page
    assert "never" in page


def test_the_day_of_the_last_opening_is_kept_and_nothing_else(campaign, workspace, alice):
    link, path = share(campaign)
    Client().get(path)
    link.refresh_from_db()
    today = timezone.localdate(timezone=ZoneInfo(workspace.time_zone))
    assert link.last_opened_on == today
    assert f"{today:%b %Y}" in alice.get("/shares/").text.partition("Last opened")[2]


def test_an_opening_on_the_same_day_writes_nothing(campaign, django_assert_num_queries):
    _link, path = share(campaign)
    Client().get(path)
    with django_assert_num_queries(3):  # Who asks too often, the link, the page that was kept.
        Client().get(path)


def test_an_earlier_day_never_takes_the_place_of_a_later_one(campaign):
    link, _path = share(campaign)
    ShareLink.objects.opened_on(date(2026, 5, 2))
    ShareLink.objects.opened_on(date(2026, 5, 1))
    link.refresh_from_db()
    assert link.last_opened_on == date(2026, 5, 2)


def test_members_and_programs_that_only_ask_for_the_head_do_not_count(campaign, alice):
    link, path = share(campaign)
    alice.get(path)
    Client().head(path)
    link.refresh_from_db()
    assert link.last_opened_on is None


def test_a_link_is_shut_from_there_and_goes_to_those_that_are_over(campaign, alice):
    link, path = share(campaign)
    answer = alice.post(f"/shares/{link.pk}/revoke/", {"from": "shares"}, follow=True)
    assert answer.redirect_chain == [("/shares/", 302)]
    page = answer.text
    assert "No link is open" in page
    assert "Shut" in page.partition("Shut, or over")[2]
    assert Client().get(path).status_code == 404


def test_a_link_whose_time_is_up_is_over(campaign, alice):
    share(campaign)
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = alice.get("/shares/").text
    assert "No link is open" in page
    assert "Over since" in page


def test_links_of_another_workspace_are_not_shown(campaign, alice):
    other = world.make_campaign(world.make_workspace(), name="Theirs")
    share(other)
    assert "Theirs" not in alice.get("/shares/").text


def test_a_reader_sees_the_links_and_shuts_none(campaign, workspace):
    link, path = share(campaign)
    browser = Client()
    browser.force_login(world.make_member(workspace, role="reader"))
    assert "Shut it" not in browser.get("/shares/").text
    assert browser.post(f"/shares/{link.pk}/revoke/").status_code == 403
    assert Client().get(path).status_code == 200
