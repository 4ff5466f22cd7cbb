"""The button that tests a connection: the server's own words, and nothing is sent."""

import json
import socket

import pytest
from django.test import Client

from campaigns.accounts.models import Provider
from campaigns.sending import connecting
from campaigns.sending.mailers import backends, probes
from campaigns.sending.models import Cooldown
from tests import world
from tests.sending import provider_stub, stage
from tests.sending.provider_wires import WIRES
from tests.sending.test_standing_in import make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def stub(settings, monkeypatch):
    settings.ALLOW_PRIVATE_HOSTS = True
    monkeypatch.setattr(backends, "TIMEOUT", (30.0, 2.0))
    with provider_stub.running() as running:
        yield running


EMPTY = [kind for kind, probe in probes.PROBES.items() if probe.path is None]
ASKED = [kind for kind in WIRES if kind not in EMPTY]


@pytest.mark.parametrize("kind", WIRES)
def test_a_wrong_key_is_told_in_the_providers_words(workspace, stub, kind):
    stub.broken[kind] = WIRES[kind].wrong_key
    finding = connecting.ask(make_provider(workspace, stub, kind))
    assert not finding.good
    assert any(word in finding.trouble.lower() for word in ("key", "token", "signature"))
    assert "Make a new one" in finding.advice
    assert stub.accepted == []


@pytest.mark.parametrize("kind", EMPTY)
def test_an_empty_message_that_is_refused_as_empty_shows_that_the_key_is_right(
    workspace, stub, kind
):
    stub.broken[kind] = WIRES[kind].refused
    finding = connecting.ask(make_provider(workspace, stub, kind))
    assert finding.good, finding.trouble
    assert len(stub.asked) == 1


@pytest.mark.parametrize("kind", ASKED)
def test_a_harmless_question_that_is_answered_shows_it_too(workspace, stub, kind):
    stub.broken[kind] = (200, {}, '{"SendingEnabled": true, "message": "Welcome back"}')
    finding = connecting.ask(make_provider(workspace, stub, kind))
    assert finding.good, finding.trouble
    assert len(stub.asked) == 1
    assert "message" not in stub.asked[0]
    assert kind == "amazon_ses" or "Welcome back" in finding.steps[0][1]


def test_a_key_that_may_only_send_is_a_right_key(workspace, stub):
    text = '{"name": "restricted_api_key", "message": "This API key is restricted to only send"}'
    stub.broken["resend"] = (401, {}, text)
    assert connecting.ask(make_provider(workspace, stub, "resend")).good


def test_an_amazon_account_that_is_switched_off_is_said(workspace, stub):
    stub.broken["amazon_ses"] = (200, {}, '{"SendingEnabled": false}')
    finding = connecting.ask(make_provider(workspace, stub, "amazon_ses"))
    assert "switched off" in finding.trouble


@pytest.mark.parametrize("kind", WIRES)
def test_a_provider_that_is_not_there_is_said(workspace, stub, kind):
    provider = make_provider(workspace, stub, kind)
    provider.credentials = provider.credentials | {WIRES[kind].url: "http://127.0.0.1:9"}
    finding = connecting.ask(provider)
    assert not finding.good
    assert finding.trouble


def test_a_provider_that_wants_patience_is_said(workspace, stub):
    stub.broken["brevo"] = WIRES["brevo"].slow_down
    assert "Try again in a minute" in connecting.ask(make_provider(workspace, stub, "brevo")).advice


def test_an_address_in_our_own_network_is_not_asked(workspace, stub, settings):
    provider = make_provider(workspace, stub, "mailgun")
    settings.ALLOW_PRIVATE_HOSTS = False
    finding = connecting.ask(provider)
    assert not finding.good
    assert stub.asked == []


def test_a_mail_server_is_asked_for_all_but_the_mail(workspace, sink):
    sink.login = ("acme", "secret")
    sender = stage.make_smtp_sender(workspace, sink.port, user="acme", password="secret")
    finding = connecting.ask(sender.provider)
    assert finding.good, finding.trouble
    assert [step for step, _words in finding.steps] == [
        "Connected",
        "Encrypted",
        "Signed in",
        "From address offered",
    ]
    assert finding.steps[-1][1] == "250 2.1.0 ok"
    assert sink.commands[-1].upper() == b"RSET"
    assert sink.taken == []


def test_a_wrong_password_is_told_in_the_servers_words(workspace, sink):
    sink.login = ("acme", "secret")
    sender = stage.make_smtp_sender(workspace, sink.port, user="acme", password="wrong")
    finding = connecting.ask(sender.provider)
    assert finding.trouble.startswith("535")
    assert "password" in finding.advice


def test_a_from_address_that_is_not_allowed_is_told(workspace, sink):
    sink.sender_reply = "550 5.7.1 not your address"
    finding = connecting.ask(stage.make_smtp_sender(workspace, sink.port).provider)
    assert "not your address" in finding.trouble
    assert "may not send from that address" in finding.advice


def test_a_server_that_does_not_encrypt_is_told(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port, security="starttls")
    finding = connecting.ask(sender.provider)
    assert "STARTTLS" in finding.trouble
    assert "465" in finding.advice


def test_the_wrong_kind_of_encryption_is_told(workspace, sink):
    sender = stage.make_smtp_sender(workspace, sink.port, security="tls")
    assert "do not fit" in connecting.ask(sender.provider).advice


def test_a_port_where_nobody_listens_is_told(workspace, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    finding = connecting.ask(stage.make_smtp_sender(workspace, port).provider)
    assert "Nobody answers there" in finding.advice


def test_a_host_in_our_own_network_is_not_connected_to(workspace, sink, settings):
    settings.ALLOW_PRIVATE_HOSTS = False
    finding = connecting.ask(stage.make_smtp_sender(workspace, sink.port).provider)
    assert "private network" in finding.trouble
    assert sink.connections == 0


def test_settings_sealed_with_another_key_are_told(workspace, settings):
    provider = stage.make_smtp_sender(workspace, 25).provider
    settings.SECRET_KEY = "another" * 10
    assert "Enter the keys again" in connecting.ask(provider).advice


def test_a_provider_that_is_well_again_is_used_again_at_once(workspace, sink):
    provider = stage.make_smtp_sender(workspace, sink.port).provider
    Cooldown.objects.create(provider=provider, until="2099-01-01T00:00:00Z", reason="no")
    connecting.ask(provider)
    assert not Cooldown.objects.exists()


def test_the_button_is_an_owners_and_leaves_a_trace(alice, workspace, sink, stranger):
    provider = stage.make_smtp_sender(workspace, sink.port).provider
    path = f"/settings/providers/{provider.pk}/connection/"
    assert "Test the connection" in alice.get(f"/settings/providers/{provider.pk}/").text
    assert alice.get(path).status_code == 405
    assert "It works" in alice.post(path).text
    entry = workspace.audit.get()
    assert (entry.action, entry.details) == (
        "provider_tested",
        {"provider": provider.pk, "good": True},
    )
    assert stranger.post(path).status_code == 404
    marketer = Client()
    marketer.force_login(world.make_member(workspace, role="marketer"))
    assert marketer.post(path).status_code == 403


def test_what_a_server_says_cannot_become_part_of_the_page(alice, workspace, sink):
    sink.sender_reply = "550 <script>alert(1)</script>"
    provider = stage.make_smtp_sender(workspace, sink.port).provider
    page = alice.post(f"/settings/providers/{provider.pk}/connection/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_every_api_has_a_question():
    ours = {Provider.Kind.INBOX, Provider.Kind.SMTP, Provider.Kind.AMAZON_SES}
    assert set(probes.PROBES) == set(Provider.Kind) - ours


@pytest.mark.parametrize(
    ("account", "tracks"),
    [
        ({"TrackOpens": True, "TrackLinks": "None"}, True),
        ({"TrackOpens": False, "TrackLinks": "HtmlAndText"}, True),
        ({"TrackOpens": False, "TrackLinks": "None"}, False),
    ],
)
def test_an_account_that_tracks_by_itself_is_found_out(workspace, stub, account, tracks):
    stub.broken["postmark"] = (200, {}, json.dumps(account))
    finding = connecting.ask(make_provider(workspace, stub, "postmark"))
    assert finding.good
    assert ("Its own tracking", "on") in finding.steps if tracks else len(finding.steps) == 1
    assert ("open the server's Settings, Tracking" in finding.advice) is tracks


@pytest.mark.parametrize(
    ("types", "enabled", "tracks"),
    [(["OPEN"], True, True), (["CLICK"], False, False), (["BOUNCE", "COMPLAINT"], True, False)],
)
def test_a_configuration_set_of_amazons_that_tracks_is_found_out(
    workspace, stub, types, enabled, tracks
):
    destination = {"Name": "one", "Enabled": enabled, "MatchingEventTypes": types}
    told = {"SendingEnabled": True, "EventDestinations": [destination]}
    stub.broken["amazon_ses"] = (200, {}, json.dumps(told))
    provider = make_provider(workspace, stub, "amazon_ses")
    provider.credentials = provider.credentials | {"configuration_set": "news"}
    finding = connecting.ask(provider)
    assert finding.good, finding.trouble
    assert (("Its own tracking", "on") in finding.steps) is tracks


@pytest.mark.parametrize("one", ["open_tracking", "click_tracking", ""])
def test_a_domain_of_resends_that_tracks_is_found_out(workspace, stub, one):
    domains = {"data": [{"id": "a", "name": "a.example"}, {"id": "b", "name": "b.example"}]}
    stub.broken["resend"] = (200, {}, json.dumps(domains))
    off = {"open_tracking": False, "click_tracking": False}
    # In a list it is left out: each domain is asked for by itself.
    stub.at["/resend/domains/a"] = (200, {}, json.dumps(off))
    stub.at["/resend/domains/b"] = (200, {}, json.dumps(off | ({one: True} if one else {})))
    finding = connecting.ask(make_provider(workspace, stub, "resend"))
    assert finding.good, finding.trouble
    assert (("Its own tracking", "on") in finding.steps) is bool(one)
    assert ("In Resend, open the domain" in finding.advice) is bool(one)


def test_a_key_of_resends_that_may_only_send_is_no_alarm(workspace, stub):
    stub.broken["resend"] = (401, {}, json.dumps({"name": "restricted_api_key", "message": "no"}))
    finding = connecting.ask(make_provider(workspace, stub, "resend"))
    assert finding.good
    assert len(finding.steps) == 1
