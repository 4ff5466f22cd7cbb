"""The page of a bounce mailbox: settings that are safe, and what the server says."""

import pytest
from django.test import Client

from campaigns.accounts.models import Member
from campaigns.sending import tasks
from campaigns.sending.bounces import reading
from campaigns.sending.bounces.models import BounceMailbox
from tests import world
from tests.sending import stage
from tests.sending.bounces import post, servers
from tests.sending.bounces.conftest import make_mailbox

pytestmark = pytest.mark.django_db

VALUES = {
    "address": "bounces@acme.example",
    "style": "+",
    "protocol": "imap",
    "host": "localhost",
    "port": "",
    "security": "tls",
    "user": "bounces",
    "password": "a long password",
}


@pytest.fixture
def sender(workspace, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    return stage.make_smtp_sender(workspace, 25)


@pytest.fixture
def page(sender) -> str:
    return f"/settings/senders/{sender.pk}/bounces/"


def test_a_mailbox_is_set_up_and_its_password_never_shown(alice: Client, workspace, page):
    assert alice.post(page, VALUES).status_code == 302
    mailbox = BounceMailbox.objects.get()
    assert mailbox.credentials == {
        "host": "localhost",
        "port": 993,
        "security": "tls",
        "user": "bounces",
        "password": "a long password",
    }
    assert b"a long" not in bytes(mailbox.sealed_settings)
    shown = alice.get(page).text
    assert "a long password" not in shown
    assert "ends in …word" in shown
    assert workspace.audit.get().action == "bounce_mailbox_saved"
    assert "password" not in str(workspace.audit.get().details)


def test_a_password_left_empty_is_kept(alice, page):
    alice.post(page, VALUES)
    alice.post(page, VALUES | {"password": "", "protocol": "pop3"})
    mailbox = BounceMailbox.objects.get()
    assert (mailbox.credentials["password"], mailbox.credentials["port"]) == (
        "a long password",
        995,
    )


def test_a_stored_password_goes_to_no_other_server_than_it_was_given_for(alice, page):
    alice.post(page, VALUES)
    elsewhere = VALUES | {"host": "127.0.0.1"}
    answer = alice.post(page, elsewhere | {"password": ""})
    assert answer.status_code == 422
    assert "enter it again" in answer.text
    assert BounceMailbox.objects.get().credentials["host"] == "localhost"
    assert alice.post(page, elsewhere).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "bounces@elsewhere.example"),
        ("address", "bounces@evil-acme.example"),
        ("address", "b" * 28 + "@acme.example"),
        ("address", "bounces@acme.example\r\nX: y"),
        ("address", "bounces"),
        ("host", "no.such.host.invalid"),
        ("host", ""),
        ("port", "99999"),
        ("protocol", "gopher"),
        ("style", "x"),
        ("password", ""),
        ("user", "a\r\nb"),
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(alice, page, field, value):
    answer = alice.post(page, VALUES | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "a long password" not in answer.text
    assert not BounceMailbox.objects.exists()


@pytest.mark.parametrize("address", ["b@acme.example", "b@bounce.acme.example"])
def test_the_senders_domain_and_those_below_it_are_fine(alice, page, address):
    assert alice.post(page, VALUES | {"address": address}).status_code == 302


def test_a_host_in_our_own_network_is_refused(alice, page, settings):
    settings.ALLOW_PRIVATE_HOSTS = False
    answer = alice.post(page, VALUES | {"host": "127.0.0.1", "security": "none"})
    assert "private network" in answer.text
    assert "security" not in answer.context["form"].fields


def test_the_button_says_what_the_server_says(alice, sender, page, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring_bounces", rung.append)
    with servers.serving("imap") as account:
        mailbox = make_mailbox(sender, account.port)
        account.put(b"Subject: x\r\n\r\n")
        said = alice.post(f"{page}check/", follow=True).text
        assert "It works. 1 mail waits to be read." in said
        assert rung == [mailbox.pk]
        mailbox.credentials = mailbox.credentials | {"password": "wrong"}
        mailbox.save()
        said = alice.post(f"{page}check/", follow=True).text
        assert "[AUTHENTICATIONFAILED] Invalid credentials" in said
        assert rung == [mailbox.pk]


def test_the_page_counts_what_was_understood(alice, sender, page):
    with servers.serving("pop3") as account:
        mailbox = make_mailbox(sender, account.port, "pop3")
        assert "Not read yet" in alice.get(page).text
        account.put(b"Subject: x\r\n\r\n", post.letter("out-of-office"))
        reading.read(mailbox.pk)
    shown = alice.get(page).text
    assert "Understood in the last 90 days: 1. Not understood: 1." in shown
    assert "Automatic replies and notices" in shown
    assert "Last read on" in shown


def test_it_can_be_dropped(alice, sender, page):
    make_mailbox(sender, 993)
    alice.post(f"{page}drop/")
    assert not BounceMailbox.objects.exists()


def test_settings_sealed_with_another_key_are_asked_for_again(
    alice, sender, page, member, settings
):
    mailbox = make_mailbox(sender, 993)
    settings.SECRET_KEY = "another" * 10
    reading.read(mailbox.pk)
    browser = Client()
    browser.force_login(member)
    shown = browser.get(page).text
    assert "enter the password again" in shown


def test_the_senders_page_leads_here(alice, sender, page):
    assert page in alice.get(f"/settings/senders/{sender.pk}/").text


def test_it_is_for_owners(workspace, page):
    marketer = Client()
    marketer.force_login(world.make_member(workspace, role=Member.Role.MARKETER))
    assert marketer.get(page).status_code == 403
    assert marketer.post(f"{page}check/").status_code == 403
