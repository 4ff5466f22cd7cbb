"""Senders and providers: nothing breaks a mail's headers, and no key can be read back."""

import pytest
from django.test import Client

from campaigns.accounts import stand_ins
from campaigns.accounts.models import Member, Provider, Sender
from tests import world

SENDER = {"name": "Acme News", "email": "news@acme.example", "reply_to": ""}


@pytest.fixture
def inbox(workspace) -> Provider:
    return Provider.objects.create(workspace=workspace, name="Inbox", kind="inbox")


def test_a_sender_is_made_changed_and_deleted(alice: Client, workspace, inbox):
    alice.post("/settings/senders/new/", SENDER | {"provider": inbox.pk})
    sender = Sender.objects.get()
    assert (sender.workspace, sender.name, sender.email) == (
        workspace,
        "Acme News",
        "news@acme.example",
    )
    alice.post(f"/settings/senders/{sender.pk}/", SENDER | {"provider": inbox.pk, "name": "New"})
    sender.refresh_from_db()
    assert sender.name == "New"
    alice.post(f"/settings/senders/{sender.pk}/delete/")
    assert not Sender.objects.exists()
    actions = workspace.audit.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["sender_added", "sender_changed", "sender_deleted"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Acme\r\nBcc: victim@example.org"),
        ("name", "Acme\nX"),
        ("name", "Acme\x0bX"),
        ("name", "Acme\u2028X"),
        ("name", "Acme \u202egnp.exe"),
        ("name", "Acme\x00"),
        ("name", ""),
        ("email", "news@acme.example\r\nBcc: victim@example.org"),
        ("email", "news@acme.example, other@acme.example"),
        ("email", "news"),
        ("email", "nëws@acme.example"),
        ("reply_to", "x@"),
        ("unsubscribe_mailbox", "<x@acme.example>"),
    ],
)
def test_nothing_that_breaks_a_header_gets_in(alice: Client, inbox, field, value):
    data = SENDER | {"provider": inbox.pk, field: value}
    response = alice.post("/settings/senders/new/", data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Sender.objects.exists()


def test_international_domains_are_kept_in_their_ascii_form(alice: Client, inbox):
    data = SENDER | {"provider": inbox.pk, "email": "news@bücher.example"}
    alice.post("/settings/senders/new/", data)
    assert Sender.objects.get().email == "news@xn--bcher-kva.example"


def test_the_same_sender_twice_is_said(alice: Client, inbox):
    for _ in range(2):
        response = alice.post("/settings/senders/new/", SENDER | {"provider": inbox.pk})
    assert "already is a sender" in response.content.decode()


def test_a_provider_of_another_workspace_cannot_be_chosen(alice: Client, inbox):
    foreign = world.make_sender(world.make_workspace()).provider
    response = alice.post("/settings/senders/new/", SENDER | {"provider": foreign.pk})
    assert "provider" in response.context["form"].errors


def test_a_sender_that_campaigns_name_stays(alice: Client, workspace, sender):
    world.make_campaign(workspace, sender=sender)
    response = alice.post(f"/settings/senders/{sender.pk}/delete/", follow=True)
    assert "so it stays" in response.content.decode()
    assert Sender.objects.filter(pk=sender.pk).exists()


def test_who_takes_over_is_kept_in_order(alice: Client, workspace, inbox):
    others = [
        Provider.objects.create(workspace=workspace, name=f"P{n}", kind="smtp") for n in range(3)
    ]
    order = {"stand_in_0": others[2].pk, "stand_in_1": others[0].pk}
    alice.post("/settings/senders/new/", SENDER | {"provider": inbox.pk} | order)
    sender = Sender.objects.get()
    assert stand_ins.in_order(sender) == [inbox, others[2], others[0]]
    page = alice.get(f"/settings/senders/{sender.pk}/").text
    assert "If it is in trouble, then" in page
    assert "then P2" in alice.get("/settings/senders/").text
    alice.post(f"/settings/senders/{sender.pk}/", SENDER | {"provider": others[2].pk})
    assert stand_ins.in_order(sender.__class__.objects.get()) == [others[2]]


def test_nobody_takes_over_from_themselves(alice: Client, workspace, inbox):
    other = Provider.objects.create(workspace=workspace, name="Other", kind="smtp")
    twice = {"provider": inbox.pk, "stand_in_0": other.pk, "stand_in_1": other.pk}
    response = alice.post("/settings/senders/new/", SENDER | twice)
    assert "stand_in_1" in response.context["form"].errors
    response = alice.post("/settings/senders/new/", SENDER | twice | {"stand_in_0": inbox.pk})
    assert "stand_in_0" in response.context["form"].errors
    foreign = world.make_sender(world.make_workspace()).provider
    response = alice.post("/settings/senders/new/", SENDER | twice | {"stand_in_0": foreign.pk})
    assert "stand_in_0" in response.context["form"].errors
    assert not workspace.senders.exists()


def test_a_provider_that_stands_in_stays(alice: Client, workspace, sender):
    other = Provider.objects.create(workspace=workspace, name="Other", kind="smtp")
    stand_ins.put_in_order(sender, [other])
    response = alice.post(f"/settings/providers/{other.pk}/delete/", follow=True)
    assert "Give them another first" in response.text
    assert Provider.objects.filter(pk=other.pk).exists()


MAILGUN = {
    "name": "Our Mailgun",
    "api_key": "key-0123456789abcdef",
    "sender_domain": "mg.acme.example",
    "api_url": "https://api.mailgun.net/v3",
}


def test_keys_are_sealed_and_never_shown_again(alice: Client, workspace):
    alice.post("/settings/providers/new/mailgun/", MAILGUN)
    provider = Provider.objects.get()
    assert provider.credentials == {k: v for k, v in MAILGUN.items() if k != "name"}
    assert b"0123456789abcdef" not in bytes(provider.sealed_settings)
    page = alice.get(f"/settings/providers/{provider.pk}/").content.decode()
    assert "0123456789ab" not in page
    assert "cdef" in page
    assert "key-" not in str(workspace.audit.get().details)


def test_a_secret_left_empty_is_kept_and_a_new_one_replaces_it(alice: Client):
    alice.post("/settings/providers/new/mailgun/", MAILGUN)
    path = f"/settings/providers/{Provider.objects.get().pk}/"
    alice.post(path, MAILGUN | {"api_key": "", "sender_domain": "new.acme.example"})
    kept = Provider.objects.get().credentials
    assert (kept["api_key"], kept["sender_domain"]) == (MAILGUN["api_key"], "new.acme.example")
    alice.post(path, MAILGUN | {"api_key": "key-another-one-here"})
    assert Provider.objects.get().credentials["api_key"] == "key-another-one-here"


def test_a_stored_secret_goes_to_no_other_server_than_it_was_given_for(alice: Client, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    alice.post("/settings/providers/new/mailgun/", MAILGUN)
    path = f"/settings/providers/{Provider.objects.get().pk}/"
    elsewhere = MAILGUN | {"api_url": "https://127.0.0.1/v3"}
    response = alice.post(path, elsewhere | {"api_key": ""})
    assert response.status_code == 422
    assert "enter it again" in response.text
    assert Provider.objects.get().credentials["api_url"] == MAILGUN["api_url"]
    assert alice.post(path, elsewhere).status_code == 302
    assert Provider.objects.get().credentials["api_url"] == "https://127.0.0.1/v3"


def test_a_wrong_entry_shows_no_secret_either(alice: Client):
    response = alice.post("/settings/providers/new/mailgun/", MAILGUN | {"sender_domain": ""})
    assert response.status_code == 422
    assert MAILGUN["api_key"] not in response.content.decode()


@pytest.mark.parametrize("kind", [kind for kind in Provider.Kind.values if kind != "inbox"])
def test_every_kind_has_a_form_that_asks_for_something(alice: Client, kind):
    response = alice.post(f"/settings/providers/new/{kind}/", {"name": "x"})
    assert response.status_code == 422
    assert response.context["form"].errors
    assert not Provider.objects.exists()


def test_a_kind_nobody_knows_is_not_found(alice: Client):
    assert alice.get("/settings/providers/new/pigeon/").status_code == 404


SMTP = {"name": "Ours", "host": "127.0.0.1", "port": "587", "security": "starttls"}


def test_a_server_in_our_own_network_is_refused(alice: Client):
    response = alice.post("/settings/providers/new/smtp/", SMTP)
    assert "private network" in response.content.decode()
    assert not Provider.objects.exists()


def test_unless_the_operator_allows_it(alice: Client, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    alice.post("/settings/providers/new/smtp/", SMTP)
    assert Provider.objects.get().credentials == {
        "host": "127.0.0.1",
        "port": 587,
        "security": "starttls",
    }


def test_keys_sealed_with_another_secret_have_to_be_written_again(alice: Client, settings):
    alice.post("/settings/providers/new/mailgun/", MAILGUN)
    settings.SECRET_KEY = "another" * 10
    provider = Provider.objects.get()
    browser = Client()
    browser.force_login(Member.objects.get().user)
    page = browser.get(f"/settings/providers/{provider.pk}/").content.decode()
    assert "Enter them again" in page


def test_a_provider_in_use_stays(alice: Client, sender):
    response = alice.post(f"/settings/providers/{sender.provider_id}/delete/", follow=True)
    assert "Give them another first" in response.content.decode()
    assert Provider.objects.filter(pk=sender.provider_id).exists()
    sender.delete()
    alice.post(f"/settings/providers/{sender.provider_id}/delete/")
    assert not Provider.objects.exists()


def test_keys_are_for_owners(workspace, sender):
    marketer = Client()
    marketer.force_login(world.make_member(workspace, role=Member.Role.MARKETER))
    assert marketer.get("/settings/providers/").status_code == 200
    assert marketer.get(f"/settings/providers/{sender.provider_id}/").status_code == 403
    assert marketer.post("/settings/providers/new/mailgun/", MAILGUN).status_code == 403
