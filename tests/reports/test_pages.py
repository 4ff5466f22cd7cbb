"""Pages of the reports room, before there is anything to report."""

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
    assert "Nothing yet" in page.text
