"""Owners are told by mail what was stopped, why, and what to do: once."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail as system_mail
from django.core.cache import cache
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.sending import steering, tasks
from campaigns.sending.models import Alarm, Canary, Tally
from campaigns.sending.pacing import alarms, breakers
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_owners_are_told_once_why_and_what_to_do(workspace, member, system_server):
    world.make_member(workspace, email="reader@example.org", role="reader")
    campaign = stage.handed_over(workspace, people=300)
    for pk in stage.some(campaign, 30):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    breakers.look()
    tasks.tell_owners()
    tasks.tell_owners()
    [letter] = system_server.taken
    assert letter.recipient == member.email
    assert subject_of(letter) == f"“{campaign.name}” was stopped"
    assert b"30 of 300 addresses do not exist" in letter.text
    assert b"Remove people who never opened" in letter.text
    assert f"/campaigns/{campaign.pk}/".encode() in letter.text
    assert system_mail.outbox == []


def test_a_system_server_that_is_away_is_tried_again(workspace, member, system_server, settings):
    campaign = stage.make_sending(workspace, people=0)
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    settings.EMAIL_PORT = 1
    tasks.tell_owners()
    assert len(alarms.untold()) == 1
    settings.EMAIL_PORT = system_server.port
    tasks.tell_owners()
    assert system_server.taken == []
    # Some minutes later.
    cache.clear()
    tasks.tell_owners()
    assert len(system_server.taken) == 1
    assert alarms.untold() == []


def test_an_owner_whose_address_cannot_be_written_keeps_no_other_from_being_told(
    workspace, member, system_server
):
    world.make_member(workspace, email=f"aaa@{'a' * 70}é.example")
    world.make_member(workspace, email="bob@example.org")
    campaign = stage.make_sending(workspace, people=0)
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    tasks.tell_owners()
    assert set(system_server.recipients()) == {member.email, "bob@example.org"}


def test_an_owner_who_cannot_be_reached_doubles_nobody_elses_mail(workspace, member, system_server):
    world.make_member(workspace, email="rcpt-550@example.org")
    campaign = stage.make_sending(workspace, people=0)
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    for _ in range(3):
        cache.clear()
        tasks.tell_owners()
    assert system_server.recipients() == [member.email]


def subject_of(letter):
    return message_from_bytes(letter.content, policy=default)["Subject"]


def test_owners_are_told_when_the_provider_takes_nothing(draft, member, system_server, sink):
    """Their campaign stands still, and only they can enter the right password."""
    stage.make_people(draft.workspace, draft.lists.get(), 2)
    stage.go(draft)
    for _ in range(2):
        assert steering.stop_for_provider(draft, "535 5.7.8 authentication failed")
        assert not steering.stop_for_provider(draft, "535 5.7.8 authentication failed")
        tasks.tell_owners()
        tasks.tell_owners()
        assert steering.resume(draft, by=member)
    # Once for each time that it stopped.
    first, _second = system_server.taken
    assert subject_of(first) == f"“{draft.name}” was stopped"
    assert "takes no mail: “535 5.7.8 authentication failed”".encode() in first.text
    assert b"Test the connection" in first.text
    assert f"/campaigns/{draft.pk}/".encode() in first.text
    assert AuditEntry.objects.filter(action="campaign_stopped").count() == 2


def test_owners_are_told_when_one_mail_after_the_other_is_refused(draft, member, system_server):
    stage.join(draft, {"rcpt-550": 40})
    stage.go(draft)
    stage.send(draft)
    assert (draft.status, draft.pause_cause) == ("paused", "errors")
    tasks.tell_owners()
    tasks.tell_owners()
    [letter] = system_server.taken
    assert subject_of(letter) == f"“{draft.name}” was stopped"
    assert b"One mail after the other was refused" in letter.text
    assert b"Mend what the answer names" in letter.text


def test_a_pause_by_a_member_is_no_news(draft, member, system_server):
    stage.make_people(draft.workspace, draft.lists.get(), 2)
    stage.go(draft)
    assert steering.pause(draft, "Paused by Alice.")
    tasks.tell_owners()
    assert system_server.taken == []


def test_a_provider_that_refused_us_neither_ends_the_first_few_nor_counts_anew(draft, member):
    stage.join(draft, {"fine": 300})
    stage.go(draft)
    stage.taken(draft, 100, dead=4)
    Canary.objects.create(campaign=draft, size=200, taken=100)
    assert steering.stop_for_provider(draft, "401 no such key")
    assert steering.resume(draft, by=member)
    assert Canary.objects.get().ended_at is None
    assert Tally.objects.get().handed == 100
