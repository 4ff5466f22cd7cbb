"""What everybody may read of a list's mails, and what not."""

from datetime import timedelta

import lxml.etree
import lxml.html
import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.composing import editing, freezing
from campaigns.composing.models import Campaign, PublicPage
from campaigns.composing.publishing import mails
from tests import world


@pytest.fixture
def bread(workspace):
    return world.make_list(workspace, name="Bread & Cake")


@pytest.fixture
def page(bread):
    page = mails.page_of(bread)
    page.is_open, page.title, page.about = True, "The bakery's letter", "Bread, each Friday"
    page.shows_new_since = timezone.now() - timedelta(days=1)
    page.save()
    return page


def sent(workspace, sender, on, **facts):
    values = {
        "subject": 'Warm bread for {{ contact.first_name | default: "you" }}',
        "preheader": "Rye & oat",
        "body": "Dear {{ contact.first_name | default: 'friend' }}, [shop](https://bakery.nl/) "
        "[leave]({{ unsubscribe_url }})",
        "status": Campaign.Status.SENT,
        "launched_at": timezone.now(),
    }
    campaign = world.make_campaign(workspace, sender=sender, lists=[on], **(values | facts))
    freezing.freeze(campaign)
    return campaign


def url(name, page, *args):
    return reverse(f"composing:{name}", args=[page.key, *args])


def read(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_page_is_closed_until_a_member_opens_it(alice, client, bread):
    address = reverse("composing:list_page", args=[bread.pk])
    assert alice.get(address).status_code == 200
    assert not PublicPage.objects.exists(), "looking at the settings makes no page"
    alice.post(address, {"title": "Letters", "shows_new": "on", "is_listed": "on"})
    page = PublicPage.objects.get()
    assert page.key.startswith("bread-cake-")
    read(client, url("public_page", page), 404)
    alice.post(address, {"title": "Letters", "is_open": "on"})
    page.refresh_from_db()
    assert (page.is_open, page.shows_new_since, page.is_listed) == (True, None, False)
    assert "There is nothing to read yet." in read(client, url("public_page", page))


def test_mails_are_for_nobody_by_name(client, workspace, sender, bread, page):
    campaign = sent(workspace, sender, bread)
    listed = read(client, url("public_page", page))
    assert "Warm bread for you" in listed
    assert "Rye &amp; oat" in listed
    html = read(client, url("public_frame", page, campaign.pk))
    assert "Dear friend" in html
    assert 'href="https://bakery.nl/"' in html
    assert "/u/" not in html, "nobody leaves here"
    assert "/track/" not in html
    assert workspace.postal_address not in html


def test_what_somebody_writes_while_it_is_paused_is_not_public(
    client, workspace, sender, bread, page
):
    campaign = sent(workspace, sender, bread, status=Campaign.Status.PAUSED)
    values = {"subject": "Not yet", "preheader": "Secret", "body": "Unfinished"}
    editing.save(campaign, values, editing.Page(version=campaign.version))
    listed = read(client, url("public_page", page))
    assert "Warm bread for you" in listed
    assert "Not yet" not in listed and "Secret" not in listed
    assert "Not yet" not in read(client, url("public_rss", page))
    assert "Not yet" not in read(client, url("public_mail", page, campaign.pk))
    assert "Dear friend" in read(client, url("public_frame", page, campaign.pk))
    assert mails.found(page, "warm dear").get() == campaign
    assert not mails.found(page, "yet").exists()


def test_a_mail_can_do_no_harm(client, workspace, sender, bread, page):
    campaign = sent(
        workspace, sender, bread, format="html", body="<p>Hi</p><script>alert(1)</script>"
    )
    answer = client.get(url("public_frame", page, campaign.pk))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert 'sandbox="allow-popups' in read(client, url("public_mail", page, campaign.pk))


@pytest.mark.parametrize(
    "facts",
    [
        {"status": Campaign.Status.DRAFT, "launched_at": None},
        {"status": Campaign.Status.CANCELLED},
        {"launched_at": timezone.now() - timedelta(days=2)},
    ],
)
def test_what_has_not_gone_out_or_was_before_is_not_there(
    client, workspace, sender, bread, page, facts
):
    campaign = sent(workspace, sender, bread, **facts)
    assert not mails.shown(page).exists()
    read(client, url("public_mail", page, campaign.pk), 404)
    read(client, url("public_frame", page, campaign.pk), 404)


def test_what_went_to_a_part_of_the_list_is_there_only_when_a_member_says_so(
    alice, workspace, sender, bread, page
):
    first = sent(workspace, sender, bread)
    reminder = sent(workspace, sender, bread, non_openers_of=first)
    assert list(mails.shown(page)) == [first]
    address = reverse("composing:show_mail", args=[bread.pk, reminder.pk])
    alice.post(address, {"show": "yes"})
    assert set(mails.shown(page)) == {first, reminder}
    alice.post(address, {"show": "no"})
    assert list(mails.shown(page)) == [first]


def test_a_member_takes_a_mail_off(alice, client, workspace, sender, bread, page):
    campaign = sent(workspace, sender, bread)
    text = read(alice, reverse("composing:list_page", args=[bread.pk]))
    assert "Take it off" in text
    alice.post(reverse("composing:show_mail", args=[bread.pk, campaign.pk]), {"show": "no"})
    read(client, url("public_mail", page, campaign.pk), 404)
    assert "Put it on" in read(alice, reverse("composing:list_page", args=[bread.pk]))


def test_mails_of_other_lists_and_houses_are_not_there(alice, workspace, sender, bread, page):
    other = sent(workspace, sender, world.make_list(workspace))
    address = reverse("composing:show_mail", args=[bread.pk, other.pk])
    alice.post(address, {"show": "yes"})
    assert not mails.shown(page).exists()
    foreign = world.make_list(world.make_workspace())
    assert alice.get(reverse("composing:list_page", args=[foreign.pk])).status_code == 404


def test_words_find_mails(client, workspace, sender, bread, page):
    rye = sent(workspace, sender, bread, subject="Rye", body="With caraway")
    sent(workspace, sender, bread, subject="Oat", body="With honey")
    address = url("public_page", page)
    assert [one.pk for one in mails.found(page, "CARAWAY rye")] == [rye.pk]
    text = read(client, f"{address}?q=caraway")
    assert "Rye" in text
    assert "Oat" not in text
    assert "No mail says that." in read(client, f"{address}?q=%00zucchini")


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("public_rss", "application/rss+xml; charset=utf-8", "channel/item"),
        (
            "public_atom",
            "application/atom+xml; charset=utf-8",
            "{http://www.w3.org/2005/Atom}entry",
        ),
    ],
)
def test_feeds_hold_the_newest_mails(client, workspace, sender, bread, page, name, kind, path):
    campaign = sent(workspace, sender, bread, subject="Rye & oat <new>")
    answer = client.get(url(name, page))
    assert answer["Content-Type"] == kind
    (entry,) = lxml.etree.fromstring(answer.content).findall(path)
    told = {child.tag.rpartition("}")[2]: child.text or child.get("href") for child in entry}
    assert told["title"] == "Rye & oat <new>"
    assert told["link"].endswith(url("public_mail", page, campaign.pk))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("public_rss", "channel/item/description"),
        ("public_atom", "{*}entry/{*}summary"),
    ],
)
def test_a_preheader_in_a_feed_is_words_to_those_who_read_html_there(
    client, workspace, sender, bread, page, name, path
):
    said = 'Rye < oat <img src=x onerror="canary()">'
    sent(workspace, sender, bread, preheader=said)
    told = lxml.etree.fromstring(client.get(url(name, page)).content).findtext(path)
    assert lxml.html.fromstring(f"<p>{told}</p>").text == said


@pytest.mark.parametrize("name", ["public_rss", "public_atom", "public_page"])
def test_what_a_merge_tag_makes_of_a_subject_is_one_line_without_control_characters(
    client, workspace, sender, bread, page, name
):
    made = "A{{ '%00%0B%0A' | url_decode }}B"
    sent(workspace, sender, bread, subject=made, preheader=made)
    text = read(client, url(name, page))
    assert text.count("A B") >= 2
    assert "\x0b" not in text


def test_social_cards_say_what_the_mail_is_about(client, workspace, sender, bread, page):
    body = '<p>Hi</p><img src="https://bakery.nl/dot.gif" width="1"><img src="https://bakery.nl/rye.jpg">'
    campaign = sent(workspace, sender, bread, format="html", body=body)
    text = read(client, url("public_mail", page, campaign.pk))
    assert '<meta property="og:title" content="Warm bread for you">' in text
    assert '<meta property="og:image" content="https://bakery.nl/rye.jpg">' in text


def test_search_engines_are_let_in_only_by_choice(client, page):
    assert "noindex" not in read(client, url("public_page", page))
    PublicPage.objects.update(is_listed=False)
    answer = client.get(url("public_page", page))
    assert answer["X-Robots-Tag"] == "noindex"
    assert 'content="noindex"' in answer.content.decode()


def test_reading_sets_no_cookie(client, workspace, sender, bread, page):
    campaign = sent(workspace, sender, bread)
    for address in (url("public_page", page), url("public_mail", page, campaign.pk)):
        assert not client.get(address).cookies


def test_the_page_speaks_the_language_of_the_workspace(client, workspace, page):
    workspace.language = "de"
    workspace.save()
    answer = client.get(url("public_page", page), headers={"Accept-Language": "fr"})
    assert answer["Content-Language"] == "de"
    assert "Hier gibt es noch nichts zu lesen." in answer.content.decode()
