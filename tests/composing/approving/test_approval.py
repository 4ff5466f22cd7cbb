"""A campaign that another member has to say yes to, and what members say about it."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.composing import checks, editing, tasks
from campaigns.composing.approving import asking, telling
from campaigns.composing.models import Approval, Campaign, Comment
from campaigns.composing.templatetags import approvals
from campaigns.sending import launch
from tests import world


@pytest.fixture
def campaign(workspace, sender):
    on = world.make_list(workspace)
    world.make_contact(workspace, on=on)
    return world.make_campaign(workspace, sender=sender, lists=[on])


@pytest.fixture
def bea(workspace):
    return world.make_member(workspace, email="bea@example.org", role="marketer")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, campaign):
    return reverse(f"composing:{name}", args=[campaign.pk])


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def test_without_asking_nobodys_yes_is_needed(campaign):
    assert checks.problems(campaign) == []


def test_a_campaign_waits_for_the_yes_that_was_asked_for(alice, member, bea, campaign):
    alice.post(url("ask_approval", campaign), {"of": bea.pk})
    (problem,) = checks.problems(campaign)
    assert problem.message == "It waits for the yes of bea@example.org."
    assert "waits for the yes" in text(alice.get(reverse("sending:confirm", args=[campaign.pk])))

    theirs = signed_in(bea)
    assert campaign.name in text(theirs.get(reverse("composing:waiting")))
    assert "Say yes" in text(theirs.get(url("talk", campaign)))
    theirs.post(url("approve", campaign), {"version": campaign.version})
    assert checks.problems(campaign) == []
    assert campaign.name not in text(theirs.get(reverse("composing:waiting")))


def test_who_is_asked_is_told_by_mail(alice, bea, campaign, mailoutbox, monkeypatch):
    monkeypatch.setattr(tasks.tell_asked, "delay_on_commit", telling.tell)
    alice.post(url("ask_approval", campaign), {"of": bea.pk})
    (mail,) = mailoutbox
    assert mail.to == ["bea@example.org"]
    assert campaign.name in mail.subject
    assert url("talk", campaign) in mail.body
    assert "alice@example.org" in mail.body
    assert not telling.tell(Approval.objects.get().pk, bea.pk + 1)


def test_a_name_begins_no_other_line_of_the_mail(member, bea, campaign, mailoutbox):
    campaign.name = "Spring\r\nBcc: eve@example.com"
    campaign.save()
    assert telling.tell(asking.ask(campaign, bea, member).pk, bea.pk)
    assert mailoutbox[0].subject == "Your yes is asked for: “Spring Bcc: eve@example.com”"


def test_a_server_that_takes_nothing_stops_nobody(member, bea, campaign, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert not telling.tell(asking.ask(campaign, bea, member).pk, bea.pk)


def test_a_page_tells_what_waits_for_me_and_for_others(alice, member, bea, campaign):
    page = reverse("composing:waiting")
    assert "Nothing waits for your yes" in text(alice.get(page))
    asking.ask(campaign, bea, member)
    mine = text(signed_in(bea).get(page))
    assert "Waiting for your yes" in mine
    assert "Waiting for others" not in mine
    others = text(alice.get(page))
    assert "Nothing waits for your yes" in others
    assert "bea@example.org, since" in others
    asking.approve(Approval.objects.get(), bea, version=campaign.version)
    assert campaign.name not in text(alice.get(page))


def test_it_does_not_go_out_by_any_other_door(member, bea, campaign):
    asking.ask(campaign, bea, member)
    Campaign.objects.update(status="preparing")
    assert not launch.prepare(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.status, "waits for the yes" in campaign.pause_reason) == ("failed", True)


def counted(browser):
    """What the menu of a page says of campaigns that wait for the member."""
    found = re.search(r'sidebar-count">.*</span>(\d+)</span>', text(browser.get("/campaigns/")))
    return int(found[1]) if found else 0


def test_the_menu_counts_what_waits_for_me(alice, member, bea, workspace, campaign):
    assert counted(alice) == 0
    asking.ask(campaign, of=member, by=bea)
    asking.ask(world.make_campaign(workspace), of=bea, by=member)
    elsewhere = world.make_workspace()
    asking.ask(world.make_campaign(elsewhere), of=member, by=world.make_member(elsewhere))
    assert counted(alice) == 1
    approval = Approval.objects.get(campaign=campaign)
    asking.approve(approval, member, version=campaign.version)
    assert counted(alice) == 0
    editing.save(campaign, {"subject": "Other"}, editing.Page(campaign.version))
    assert counted(alice) == 1


def test_what_a_member_was_asked_for_who_is_gone_counts_for_other_owners(
    alice, member, bea, workspace, campaign
):
    carl = world.make_member(workspace, email="carl@example.org", role="marketer")
    asking.ask(campaign, of=bea, by=carl)
    bea.delete()
    assert (counted(alice), counted(signed_in(carl))) == (1, 0)
    Approval.objects.update(asked_by=member)
    assert counted(alice) == 0


def test_the_count_is_one_question_and_none_for_who_only_looks(member, workspace, rf):
    reader = world.make_member(workspace, role="reader")
    for user, role, questions in ((member, "owner", 1), (reader, "reader", 0)):
        request = rf.get("/")
        request.user, request.workspace, request.role = user, workspace, role
        context = {"request": request, "can_edit": role == "owner"}
        with CaptureQueriesContext(connection) as asked:
            assert approvals.waiting_count(context) == 0
        assert len(asked) == questions


def test_a_change_needs_a_new_yes(member, bea, campaign):
    approval = asking.ask(campaign, bea, member)
    assert asking.approve(approval, bea, version=campaign.version)
    saved = editing.save(campaign, {"subject": "Other"}, editing.Page(campaign.version))
    (problem,) = checks.problems(saved)
    assert "changed after bea@example.org said yes" in problem.message


def test_a_yes_to_what_has_changed_meanwhile_is_none(bea, member, campaign):
    asking.ask(campaign, bea, member)
    editing.save(campaign, {"subject": "Other"}, editing.Page(campaign.version))
    answer = signed_in(bea).post(
        url("approve", campaign), {"version": campaign.version}, follow=True
    )
    assert "changed while you looked" in text(answer)
    assert Approval.objects.get().version is None


@pytest.mark.parametrize("version", ["", "x", "9" * 40, "-1"])
def test_a_version_that_is_none_says_yes_to_nothing(bea, member, campaign, version):
    asking.ask(campaign, bea, member)
    signed_in(bea).post(url("approve", campaign), {"version": version})
    assert Approval.objects.get().version is None


def test_nobody_says_yes_to_their_own_asking(alice, member, bea, campaign):
    asking.ask(campaign, bea, member)
    assert "Say yes" not in text(alice.get(url("talk", campaign)))
    alice.post(url("approve", campaign), {"version": campaign.version})
    assert Approval.objects.get().version is None
    assert member not in asking.others(campaign, member)


def test_an_owner_says_yes_for_a_member_who_is_gone(alice, bea, workspace, campaign):
    carl = world.make_member(workspace, email="carl@example.org", role="marketer")
    asking.ask(campaign, bea, carl)
    bea.delete()
    assert "the yes of an owner" in checks.problems(campaign)[0].message
    alice.post(url("approve", campaign), {"version": campaign.version})
    assert checks.problems(campaign) == []


def test_only_who_asked_or_an_owner_does_without(member, bea, workspace, campaign):
    asking.ask(campaign, bea, member)
    carl = world.make_member(workspace, email="carl@example.org", role="marketer")
    signed_in(carl).post(url("withdraw_approval", campaign))
    assert Approval.objects.exists()
    signed_in(member).post(url("withdraw_approval", campaign))
    assert not Approval.objects.exists()


def test_readers_and_strangers_cannot_be_asked(alice, member, workspace, campaign):
    reader = world.make_member(workspace, role="reader")
    stranger = world.make_member(world.make_workspace())
    for user in (reader, stranger, member):
        alice.post(url("ask_approval", campaign), {"of": user.pk})
    assert not Approval.objects.exists()


def test_members_talk(alice, member, campaign):
    alice.post(url("talk", campaign), {"text": "Is <b>the date</b> right?\nI think not."})
    page = text(alice.get(url("talk", campaign)))
    assert "Is &lt;b&gt;the date&lt;/b&gt; right?<br>I think not." in page
    assert "about an earlier version" not in page
    editing.save(campaign, {"subject": "Other"}, editing.Page(campaign.version))
    assert "about an earlier version" in text(alice.get(url("talk", campaign)))
    assert text(alice.post(url("talk", campaign), {"text": " "}), 422)
    assert Comment.objects.get().author == member
