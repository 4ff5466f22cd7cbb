"""Before what cannot be taken back people are asked, also where no script runs."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.composing.models import Campaign
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(workspace):
    return stage.make_sending(workspace, people=3)


def cancel_form(browser, campaign):
    """The fields of the form that ends the campaign, as its page has them."""
    page = browser.get(reverse("sending:campaign", args=[campaign.pk])).text
    action = reverse("sending:cancel", args=[campaign.pk])
    [form] = re.findall(rf'<form method="post" action="{action}">.*?</form>', page, re.DOTALL)
    return fields(form)


def fields(html):
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))


def test_the_question_is_a_page_and_nothing_happens_before_its_answer(alice, campaign):
    address = reverse("sending:cancel", args=[campaign.pk])
    posted = cancel_form(alice, campaign)
    assert posted["ask"].startswith("End this campaign for good? 3 people will not get it.")
    asked = alice.post(address, posted, headers={"Referer": "http://testserver/campaigns/"})
    assert "Are you sure?" in asked.text
    assert "3 people will not get it. This cannot be undone." in asked.text
    assert 'href="http://testserver/campaigns/"' in asked.text
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SENDING
    [form] = re.findall(r'<form method="post" data-once>.*?</form>', asked.text, re.DOTALL)
    assert "ask" not in fields(form)
    alice.post(address, fields(form))
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.CANCELLED


def test_what_else_was_posted_comes_along(alice, campaign):
    address = reverse("sending:resume_mailbox", args=[campaign.pk])
    asked = alice.post(address, {"ask": "Try <b>again</b>?", "mailbox": 'a"b', "two": ["1", "2"]})
    assert "Try &lt;b&gt;again&lt;/b&gt;?" in asked.text
    assert '<input type="hidden" name="mailbox" value="a&quot;b">' in asked.text
    assert asked.text.count('<input type="hidden" name="two"') == 2
    assert 'name="ask"' not in asked.text


def test_the_way_back_leads_to_our_own_pages_only(alice, campaign):
    address = reverse("sending:cancel", args=[campaign.pk])
    for page in ("https://evil.example/", "javascript:alert(1)", ""):
        asked = alice.post(address, {"ask": "Sure?"}, headers={"Referer": page})
        assert '<a class="btn" href="/">' in asked.text


def test_only_who_may_do_it_is_asked(workspace, campaign):
    address = reverse("sending:cancel", args=[campaign.pk])
    reader, forger = Client(), Client(enforce_csrf_checks=True)
    reader.force_login(world.make_member(workspace, role="reader"))
    forger.force_login(world.make_member(workspace, role="owner"))
    for browser in (reader, forger):
        answer = browser.post(address, {"ask": "You have won. Click here?"})
        assert answer.status_code == 403
        assert "You have won" not in answer.text
    answer = Client().post(address, {"ask": "You have won. Click here?"})
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_a_public_page_is_not_ours_to_ask_about(client):
    answer = client.post("/events/1/secret/", {"ask": "Sure?"})
    assert "Are you sure?" not in answer.text
