"""Owners are told by mail what was stopped, why, and what to do: once."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail as system_mail
from django.core.cache import cache
from django.utils import timezone

from campaigns.sending import tasks
from campaigns.sending.models import Alarm
from campaigns.sending.pacing import alarms, breakers
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage
from tests.sending.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def system_server(settings):
    """The mail server that `SYSTEM_MAIL_URL` names."""
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


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
    subject = message_from_bytes(letter.content, policy=default)["Subject"]
    assert subject == f"“{campaign.name}” was stopped"
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


def test_an_owner_who_cannot_be_reached_doubles_nobody_elses_mail(workspace, member, system_server):
    world.make_member(workspace, email="rcpt-550@example.org")
    campaign = stage.make_sending(workspace, people=0)
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    for _ in range(3):
        cache.clear()
        tasks.tell_owners()
    assert system_server.recipients() == [member.email]
