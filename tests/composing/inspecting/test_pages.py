"""The inspector's page, for members and for everybody."""

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from campaigns.composing.inspecting import views
from campaigns.composing.inspecting.source import LARGEST
from tests import world
from tracking.models import Link

pytestmark = pytest.mark.django_db

MAIL = (
    "From: Shop <news@shop.example>\nTo: ann@example.com\nContent-Type: text/html\n\n"
    '<p>Hi</p><img src="https://s.us7.list-manage.com/track/open.php?u=1&amp;e=2">'
    '<a href="https://shop.example/?who=ann@example.com">See</a>'
)
PAGES = ["composing:inspector", "composing:public_inspector"]


@pytest.fixture(autouse=True)
def nobody_asked_yet():
    cache.clear()


@pytest.mark.parametrize("page", PAGES)
def test_a_pasted_mail_is_told(page, alice):
    answer = alice.post(reverse(page), {"source": MAIL})
    assert answer.status_code == 200
    assert "Mailchimp" in answer.text
    assert "The reader&#x27;s address, for everybody to read: ann@example.com" in answer.text


def test_everybody_may_use_the_public_one(client):
    assert client.get(reverse("composing:public_inspector")).status_code == 200
    assert "Mailchimp" in client.post(reverse("composing:public_inspector"), {"source": MAIL}).text
    assert client.get(reverse("composing:inspector")).status_code == 302


@pytest.mark.parametrize(
    ("links", "told"), [(1, "of 1 link<"), (2, "of 2 links<"), (2_001, "of 2,000 links<")]
)
def test_how_many_links_there_are_is_told_and_where_looking_ends(links, told, client):
    source = "".join(f'<a href="https://s.example/{number}">x</a>' for number in range(links))
    text = client.post(reverse("composing:public_inspector"), {"source": source}).text
    assert told in text
    assert ("Only the first 2,000 links" in text) == (links > 2_000)


@pytest.mark.parametrize(
    ("language", "asked", "one", "many"),
    [
        ("nl", "Plak de bron", "van 1 link<", "van 2.000 links<"),
        ("de", "Fügen Sie den Quelltext", "von 1 Link<", "von 2.000 Links<"),
        ("fr", "Collez la source", "sur 1 lien<", "sur 2\N{NO-BREAK SPACE}000 liens<"),
        ("es", "Pegue el código fuente", "de 1 enlace<", "de 2\N{NO-BREAK SPACE}000 enlaces<"),
    ],
)
def test_everybody_is_told_in_the_language_of_their_browser(client, language, asked, one, many):
    browser = {"Accept-Language": f"tlh, {language}-XX;q=0.8, en;q=0.5"}
    url = reverse("composing:public_inspector")
    page = client.get(url, headers=browser)
    assert asked in page.text and f'<html lang="{language}">' in page.text
    assert (page["Content-Language"], page["Vary"]) == (language, "Accept-Language, Cookie")
    for links, told in ((1, one), (2_001, many)):
        source = "".join(f'<a href="https://s.example/{number}">x</a>' for number in range(links))
        assert told in client.post(url, {"source": source}, headers=browser).text
    assert asked in client.post(url, headers=browser).text
    assert translation.get_language() == "en"


def test_members_are_told_in_english(alice):
    text = alice.get(reverse("composing:inspector"), headers={"Accept-Language": "de"}).text
    assert "Paste the source" in text


def test_that_a_mail_has_more_parts_than_were_looked_at_is_told(client):
    within = "Content-Type: message/rfc822\n\n" * 3_000
    answer = client.post(
        reverse("composing:public_inspector"), {"source": f"To: a@b.example\n{within}"}
    )
    assert answer.status_code == 200
    assert "and the first headers and parts, were looked at" in answer.text


def test_a_file_does_as_well(client):
    file = SimpleUploadedFile("mail.eml", MAIL.encode())
    answer = client.post(reverse("composing:public_inspector"), {"file": file})
    assert "Mailchimp" in answer.text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Paste the source of a mail, or choose its file."),
        ({"source": "  \n "}, "Paste the source of a mail, or choose its file."),
        ({"file": SimpleUploadedFile("x.eml", b"x" * (LARGEST + 1))}, "a mail may have 5 MB"),
    ],
)
def test_what_is_no_mail_is_told_and_nothing_is_lost(given, sentence, client):
    answer = client.post(reverse("composing:public_inspector"), given)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_nothing_of_a_hostile_mail_runs(client):
    hostile = (
        '<p>x</p><a href="https://x.example/?e=&quot;><script>alert(1)</script>">'
        '<script>alert(1)</script></a><img width=1 src="//x/&quot; onerror=alert(1)">'
    )
    text = client.post(reverse("composing:public_inspector"), {"source": hostile}).text
    assert "<script>alert" not in text
    assert 'onerror=alert(1)"' not in text
    # Nothing of it is fetched by the page either.
    assert 'src="//x/' not in text


def test_who_asks_too_often_waits(client, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)
    url = reverse("composing:public_inspector")
    codes = [client.post(url, {"source": MAIL}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [("individual", "1 pixel, 1 of 3 links counted"), ("none", "0 pixels, 0 of 3 links counted")],
)
def test_the_preview_says_what_readers_tools_will_see(mode, sentence, alice, workspace, sender):
    lists = [world.make_list(workspace)]
    campaign = world.make_campaign(workspace, sender=sender, lists=lists, tracking=mode)
    contact = world.make_contact(workspace, on=lists[0], measuring="granted")
    page = reverse("composing:preview", args=[campaign.pk])
    text = alice.get(page, {"contact": contact.pk}).text
    told = re.search(r"\d+ pixels?, \d+ of \d+ links counted", " ".join(text.split()))
    assert told
    assert told[0] == sentence
    # Looking registers nothing.
    assert not Link.objects.filter(campaign_id=campaign.pk).exists()
