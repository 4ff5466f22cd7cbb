"""Those who take part in a campaign learn by mail what is said about it, and not too often."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import Member
from campaigns.composing import tasks
from campaigns.composing.approving import asking, passing_on
from campaigns.composing.models import Comment
from tests import world

_SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _nothing_was_told() -> None:
    cache.clear()


@pytest.fixture
def campaign(workspace, member):
    return world.make_campaign(workspace, name="Spring", created_by=member)


@pytest.fixture
def bea(workspace):
    return world.make_member(workspace, email="bea@example.org", role="marketer")


@pytest.fixture
def carl(workspace):
    return world.make_member(workspace, email="carl@example.org", role="marketer")


def say(campaign, author, text, *, minutes_ago=3):
    comment = Comment.objects.create(
        workspace=campaign.workspace, campaign=campaign, author=author, text=text, version=1
    )
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Comment.objects.filter(pk=comment.pk).update(at=at)
    return comment


def receivers(outbox):
    return sorted(address for mail in outbox for address in mail.to)


def test_the_author_of_a_campaign_learns_of_a_comment(bea, campaign, mailoutbox):
    say(campaign, bea, "Is the date right?")
    tasks.pass_comments_on()
    (mail,) = mailoutbox
    assert mail.to == ["alice@example.org"]
    assert mail.subject == "A comment on “Spring”"
    assert "bea@example.org:\nIs the date right?" in mail.body
    assert reverse("composing:talk", args=[campaign.pk]) in mail.body
    assert mail.extra_headers == {"Auto-Submitted": "auto-generated"}


def test_who_takes_part_learns_of_it_and_nobody_else(member, bea, carl, campaign, mailoutbox):
    dan = world.make_member(campaign.workspace, email="dan@example.org", role="marketer")
    world.make_member(campaign.workspace, email="eve@example.org", role="marketer")
    asking.ask(campaign, of=carl, by=bea)
    Comment.objects.filter(pk=say(campaign, dan, "Old", minutes_ago=60).pk).update(
        told_at=timezone.now()
    )
    say(campaign, member, "New")
    tasks.pass_comments_on()
    assert receivers(mailoutbox) == ["bea@example.org", "carl@example.org", "dan@example.org"]


def test_who_left_or_may_not_sign_in_learns_nothing(bea, carl, campaign, mailoutbox):
    say(campaign, bea, "I was here")
    say(campaign, carl, "So was I")
    Member.objects.filter(user=bea).delete()
    carl.is_active = False
    carl.save()
    tasks.pass_comments_on()
    assert receivers(mailoutbox) == ["alice@example.org"]


def test_many_comments_are_one_mail_once_nobody_says_more(bea, campaign, mailoutbox):
    say(campaign, bea, "One", minutes_ago=10)
    say(campaign, bea, "Two", minutes_ago=1)
    tasks.pass_comments_on()
    assert mailoutbox == []
    Comment.objects.update(at=timezone.now() - timedelta(minutes=2))
    tasks.pass_comments_on()
    (mail,) = mailoutbox
    assert mail.subject == "2 comments on “Spring”"
    assert mail.body.index("One") < mail.body.index("Two")


def test_a_talk_without_end_is_told_of_after_a_quarter_of_an_hour(bea, campaign, mailoutbox):
    say(campaign, bea, "One", minutes_ago=15)
    say(campaign, bea, "Two", minutes_ago=0)
    tasks.pass_comments_on()
    assert len(mailoutbox) == 1


def test_nobody_is_told_what_stood_there_when_they_last_spoke(member, bea, campaign, mailoutbox):
    say(campaign, bea, "Is the date right?")
    say(campaign, member, "It is.")
    tasks.pass_comments_on()
    (mail,) = mailoutbox
    assert mail.to == ["bea@example.org"]
    assert "It is." in mail.body
    assert "date" not in mail.body


def test_a_comment_is_told_of_once_and_the_next_ones_not_at_once(bea, campaign, mailoutbox):
    say(campaign, bea, "One")
    tasks.pass_comments_on()
    say(campaign, bea, "Two")
    tasks.pass_comments_on()
    assert len(mailoutbox) == 1
    cache.clear()
    tasks.pass_comments_on()
    tasks.pass_comments_on()
    assert len(mailoutbox) == 2
    assert "One" not in mailoutbox[1].body


def test_old_comments_are_no_news(bea, campaign, mailoutbox):
    say(campaign, bea, "Before the mail server was set up", minutes_ago=25 * 60)
    assert passing_on.due() == []


def test_a_server_that_takes_nothing_is_tried_again(bea, campaign, mailoutbox, settings):
    say(campaign, bea, "One")
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, _SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tasks.pass_comments_on()
    assert Comment.objects.get().told_at is None
    settings.EMAIL_BACKEND = works
    tasks.pass_comments_on()
    assert mailoutbox == [], "not within minutes"
    cache.clear()
    tasks.pass_comments_on()
    assert len(mailoutbox) == 1


def test_a_name_begins_no_other_line_of_the_mail(bea, campaign, mailoutbox):
    campaign.name = "Spring\r\nBcc: eve@example.com"
    campaign.save(update_fields=["name"])
    say(campaign, bea, "Hello")
    tasks.pass_comments_on()
    assert mailoutbox[0].subject == "A comment on “Spring Bcc: eve@example.com”"


def test_the_page_says_who_will_be_told(bea, campaign):
    browser = Client()
    browser.force_login(bea)
    page = browser.get(reverse("composing:talk", args=[campaign.pk])).text
    assert "alice@example.org will be told by mail" in page
    assert "bea@example.org will be told" not in page
