"""Providers by API: real anymail backends, real HTTP on loopback, every kind of answer."""

import pytest

from campaigns.accounts.models import Provider
from campaigns.composing.models import Campaign
from campaigns.sending import launch, mailers, repeating, transport
from campaigns.sending.mailers import backends
from campaigns.sending.models import Cooldown, Delivery
from campaigns.sending.outcomes import TransportError
from tests import world
from tests.sending import provider_stub, stage
from tests.sending.provider_wires import WIRES

KINDS = pytest.mark.parametrize("kind", WIRES)
KEYLESS = [kind for kind in WIRES if kind not in ("brevo", "resend")]
# One id for a whole batch, or an id that anymail makes up.
OWN_IDS = ("mailgun", "sendgrid", "unisender_go")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stub(settings, monkeypatch):
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.SEND_CONNECTIONS = 2
    monkeypatch.setattr(backends, "TIMEOUT", (30.0, 2.0))
    monkeypatch.setattr(repeating, "PAUSES", (0.0, 0.0))
    with provider_stub.running() as running:
        yield running


def make_campaign(workspace, stub, kind, *locals_):
    provider = Provider(workspace=workspace, name=kind, kind=kind)
    provider.credentials = WIRES[kind].credentials | {WIRES[kind].url: f"{stub.url}/{kind}"}
    provider.save()
    sender = world.make_sender(workspace, provider=provider, email="news@acme.example")
    campaign = world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], reply_to="hi@acme.example"
    )
    for local in locals_:
        world.make_contact(
            workspace, on=campaign.lists.get(), email=f"{local}@example.com", first_name="Ada"
        )
    return campaign


def send(campaign):
    launch.launch(campaign)
    launch.prepare(campaign.pk)
    while transport.work(campaign.pk, seconds=20):
        pass
    campaign.refresh_from_db()


def states():
    rows = Delivery.objects.values_list("address", "state")
    return {address.partition("@")[0]: state for address, state in rows}


@KINDS
def test_everybody_gets_it_once_over_a_kept_connection(workspace, stub, kind):
    people = [f"person{n}" for n in range(12)]
    campaign = make_campaign(workspace, stub, kind, *people)
    send(campaign)
    assert campaign.status == Campaign.Status.SENT
    assert sorted(stub.recipients()) == sorted(f"{name}@example.com" for name in people)
    assert set(states().values()) == {"sent"}
    assert stub.connections <= 2
    ids = set(Delivery.objects.values_list("message_id", flat=True))
    assert all(ids)
    assert kind in OWN_IDS or (len(ids) == 12 and all("person" in name for name in ids))


def test_mailgun_gets_our_headers_our_name_for_the_mail_and_no_tracking_of_its_own(workspace, stub):
    send(make_campaign(workspace, stub, "mailgun", "ada"))
    [mail] = stub.accepted
    delivery = Delivery.objects.get()
    assert mail.fields["v:delivery"] == delivery.uuid.hex
    assert (mail.fields["o:tracking-opens"], mail.fields["o:tracking-clicks"]) == ("no", "no")
    assert mail.fields["h:List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.fields["h:Message-Id"] == f"<{delivery.uuid.hex}@acme.example>"
    assert mail.fields["h:Reply-To"] == "hi@acme.example"
    assert "Hello Ada" in mail.fields["html"]
    assert "Hello Ada" in mail.fields["text"]


def test_postmark_gets_our_headers_our_name_for_the_mail_and_no_tracking_of_its_own(
    workspace, stub
):
    send(make_campaign(workspace, stub, "postmark", "ada"))
    [mail] = stub.accepted
    assert mail.fields["Metadata"] == {"delivery": Delivery.objects.get().uuid.hex}
    assert (mail.fields["TrackOpens"], mail.fields["TrackLinks"]) == (False, "None")
    assert mail.fields["MessageStream"] == "broadcast"
    assert "List-Unsubscribe" in {header["Name"] for header in mail.fields["Headers"]}
    assert "Hello Ada" in mail.fields["HtmlBody"]


def test_amazon_gets_our_own_bytes(workspace, stub):
    send(make_campaign(workspace, stub, "amazon_ses", "ada"))
    [mail] = stub.accepted
    message, delivery = mail.fields["mail"], Delivery.objects.get()
    assert delivery.uuid.hex in message["X-Metadata"]
    assert message["Message-ID"] == f"<{delivery.uuid.hex}@acme.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["To"] == "ada@example.com"
    [text, html] = message.get_payload()
    assert b"Hello Ada" in text.get_payload(decode=True)
    assert b"Hello Ada" in html.get_payload(decode=True)


@KINDS
def test_a_refused_recipient_fails_alone_with_the_providers_words(workspace, stub, kind):
    campaign = make_campaign(workspace, stub, kind, "one", "refused", "two")
    send(campaign)
    assert states() == {"one": "sent", "refused": "failed", "two": "sent"}
    refused = Delivery.objects.get(state="failed")
    assert refused.reason
    assert campaign.status == Campaign.Status.SENT


@KINDS
def test_a_provider_that_asks_for_time_gets_it_and_no_attempt_is_counted(workspace, stub, kind):
    campaign = make_campaign(workspace, stub, kind, "slow-down")
    send(campaign)
    assert states() == {"slow-down": "pending"}
    assert Delivery.objects.get().attempt == 0
    wait = Cooldown.objects.get()
    next_at = Delivery.objects.get().next_at
    assert next_at is not None and (wait.until - next_at).total_seconds() >= 6
    assert not transport.work(campaign.pk, seconds=5)
    assert stub.requests <= 2


@pytest.mark.parametrize(
    ("kind", "fate"),
    [
        (kind, fate)
        for kind in KEYLESS
        for fate in ("lost-answer", "cut", "garbled", "silent")
        # SendGrid says all with its status: there is nothing to garble.
        if (kind, fate) != ("sendgrid", "garbled")
    ],
)
def test_an_answer_that_does_not_come_is_unknown_and_never_sent_again(workspace, stub, kind, fate):
    campaign = make_campaign(workspace, stub, kind, fate)
    send(campaign)
    send(campaign)
    assert states() == {fate: "unknown"}
    assert stub.recipients() == [f"{fate}@example.com"]
    assert campaign.status == Campaign.Status.SENT


@pytest.mark.parametrize("fate", ["lost-answer", "cut", "garbled", "silent"])
def test_a_lost_answer_is_asked_for_again_with_the_mails_own_key(workspace, stub, fate):
    send(make_campaign(workspace, stub, "resend", fate))
    assert states() == {fate: "sent"}
    assert stub.recipients() == [f"{fate}@example.com"]
    assert stub.keys == [str(Delivery.objects.get().uuid)]


def test_a_key_that_was_used_before_does_not_make_a_mail_refused(workspace, stub):
    send(make_campaign(workspace, stub, "brevo", "lost-answer"))
    assert states() == {"lost-answer": "unknown"}
    assert stub.recipients() == ["lost-answer@example.com"]
    assert stub.keys == [str(Delivery.objects.get().uuid)]


@KINDS
def test_a_mail_carries_our_name_for_it_and_may_not_be_tracked_by_the_provider(
    workspace, stub, kind
):
    send(make_campaign(workspace, stub, kind, "ada"))
    [mail] = stub.accepted
    told = repr(mail.fields)
    assert Delivery.objects.get().uuid.hex in told
    assert "/u/" in told.partition("List-Unsubscribe")[2]
    for tracking in ("'track_opens': True", "'TrackOpens': True", "'open_tracking': True"):
        assert tracking not in told


@KINDS
def test_a_wrong_key_pauses_with_the_providers_words(workspace, stub, kind):
    campaign = make_campaign(workspace, stub, kind, "wrong-key")
    send(campaign)
    assert campaign.status == Campaign.Status.PAUSED
    assert any(word in campaign.pause_reason for word in ("key", "token", "signature", "API key"))
    assert states() == {"wrong-key": "pending"}


@KINDS
def test_a_provider_in_pieces_costs_a_few_unknowns_and_not_the_whole_list(workspace, stub, kind):
    campaign = make_campaign(workspace, stub, kind, *(f"person{n}" for n in range(30)))
    stub.always = (500, {}, "down")
    send(campaign)
    found = list(states().values())
    assert found.count("unknown") <= 2 * transport.BREAKS_IN_A_ROW
    assert found.count("pending") == 30 - found.count("unknown")
    assert Cooldown.objects.exists()


@KINDS
def test_a_provider_that_is_not_there_is_waited_for(workspace, stub, kind):
    campaign = make_campaign(workspace, stub, kind, "one")
    provider = campaign.sender.provider
    provider.credentials = provider.credentials | {WIRES[kind].url: "http://127.0.0.1:9"}
    provider.save()
    send(campaign)
    assert states() == {"one": "pending"}
    assert Cooldown.objects.exists()


def test_an_address_inside_our_network_is_refused(workspace, stub, settings):
    settings.ALLOW_PRIVATE_HOSTS = False
    campaign = make_campaign(workspace, stub, "mailgun", "one")
    send(campaign)
    assert stub.requests == 0
    assert campaign.status == Campaign.Status.PAUSED


def test_settings_sealed_with_another_key_say_so(workspace, settings):
    sender = stage.make_smtp_sender(workspace, 25)
    settings.SECRET_KEY = "another"
    sender.provider.refresh_from_db()
    with pytest.raises(TransportError, match="SECRET_KEY"):
        mailers.mailer_for(sender)
