"""Recipients change their address: the one they have agrees first, and then the new one."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from campaigns.audience import moving, suppression, tasks
from campaigns.audience.models import Contact
from tests import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailed")]

NEW = "ann@new.example"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    for task in (tasks.ask_to_move, tasks.mail_new_address, tasks.tell_old_address):
        monkeypatch.setattr(task, "delay_on_commit", task)


def ask(client, token, email=NEW):
    return client.post(reverse("audience:own_address", args=[token]), {"email": email})


def link(letter):
    found = re.search(r"/move/\S+", letter.text)
    assert found is not None
    return found[0]


def agree(client, token, mailed, email=NEW):
    """Ask for `email`, and agree in the mailbox that they have; return the new one's link."""
    ask(client, token, email)
    client.post(link(mailed[-1]))
    return link(mailed[-1])


def test_an_address_changes_once_both_mailboxes_confirm(client, ann, token, mailed):
    asked = ask(client, token)
    assert "moving=1" in asked.url
    first = link(mailed[0])
    assert "new.example" not in first
    client.get(first)
    assert [one.to for one in mailed] == ["ann@example.com"]
    assert "Look into the new mailbox" in client.post(first).text
    assert [one.to for one in mailed] == ["ann@example.com", NEW]
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    second = link(mailed[1])
    client.get(second)
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    assert "is changed" in client.post(second).text
    ann.refresh_from_db()
    assert (ann.email, ann.email_key) == (NEW, NEW)
    assert mailed[-1].to == "ann@example.com"
    assert "new.example" not in mailed[-1].text


def test_who_was_forwarded_a_mail_gets_no_mail_that_would_make_them_its_owner(
    client, ann, token, mailed
):
    ask(client, token, "stranger@elsewhere.example")
    assert [one.to for one in mailed] == ["ann@example.com"]
    assert "stranger@elsewhere.example" in mailed[0].text


def test_pressing_twice_says_the_same_and_tells_the_old_address_once(client, ann, token, mailed):
    found = agree(client, token, mailed)
    assert "is changed" in client.post(found).text
    assert "is changed" in client.post(found).text
    assert [one.to for one in mailed] == ["ann@example.com", NEW, "ann@example.com"]


def test_agreeing_twice_mails_the_new_address_once(client, ann, token, mailed):
    ask(client, token)
    for _time in range(2):
        assert "Look into the new mailbox" in client.post(link(mailed[0])).text
    assert [one.to for one in mailed] == ["ann@example.com", NEW]


def test_a_link_leads_away_only_from_the_address_that_agreed(client, ann, token, mailed):
    """Who got a mistyped one's link has no say any more once they are at the right one."""
    mistyped = agree(client, token, mailed, "ann@nwe.example")
    cache.clear()
    client.post(agree(client, token, mailed))
    assert client.post(mistyped).status_code == 410
    ann.refresh_from_db()
    assert ann.email == NEW


def test_of_two_links_at_once_one_moves_them(ann):
    same = Contact.objects.get(pk=ann.pk)
    moving.move(ann, "one@example.com")
    with pytest.raises(moving.MovingError):
        moving.move(same, "other@example.com")
    assert Contact.objects.get(pk=ann.pk).email == "one@example.com"


def test_a_link_that_does_not_work_says_so_in_their_language(client, ann, token, mailed):
    found = agree(client, token, mailed)
    ann.language = "nl"
    ann.save(update_fields=["language"])
    world.make_contact(ann.workspace, email=NEW)
    page = client.post(found)
    assert page.status_code == 410
    assert 'lang="nl"' in page.text


def test_a_change_is_noted_with_its_time(client, ann, token, mailed):
    before = ann.updated_at
    client.post(agree(client, token, mailed))
    ann.refresh_from_db()
    assert ann.updated_at > before


@pytest.mark.parametrize(
    ("reason", "is_told"),
    [
        *[("unsubscribed_all", True), ("manual", True), ("domain", True)],
        *[("hard_bounce", False), ("soft_bounces", False), ("complaint", False)],
    ],
)
def test_the_old_address_is_asked_and_told_unless_that_is_in_vain(
    client, ann, token, mailed, reason, is_told
):
    if reason == "domain":
        suppression.suppress_domains(ann.workspace_id, ["example.com"])
    else:
        suppression.suppress(ann.workspace_id, [ann.fingerprint], reason)
    page = client.get(reverse("audience:preferences", args=[token]))
    assert ("Another address" in page.text) is is_told
    ask(client, token)
    assert [one.to for one in mailed] == ["ann@example.com"] * is_told
    moving.move(ann, NEW)
    assert moving.tell_the_old(ann, "ann@example.com") is is_told


def test_an_address_that_is_taken_or_not_mailed_is_no_new_one(client, ann, token, mailed):
    other = world.make_contact(ann.workspace, email="taken@example.com")
    assert client.post(agree(client, token, mailed, other.email)).status_code == 410
    cache.clear()
    suppression.suppress_domains(ann.workspace_id, ["gone.example"])
    asked = ask(client, token, "ann@gone.example")
    assert "moving=1" in asked.url
    client.post(link(mailed[-1]))
    assert mailed[-1].to == "ann@example.com"
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"


def test_nobody_is_mailed_again_and_again(client, ann, token, mailed):
    for n in range(3):
        ask(client, token, f"p{n}@example.com")
    assert len(mailed) == 1


def test_what_is_no_address_is_said(client, ann, token, mailed):
    page = client.post(
        reverse("audience:own_address", args=[token]), {"email": "nonsense"}, follow=True
    )
    assert "no address that mail can be sent to" in page.text
    assert not mailed


@pytest.mark.parametrize("wrong", ["x", "", "1:2:3"])
def test_a_link_that_is_not_ours_moves_nobody(client, ann, wrong):
    if wrong:
        assert client.post(reverse("audience:move", args=[wrong])).status_code == 410
    with pytest.raises(moving.MovingError):
        moving.unwrap("bm8=")
