"""Providers that track behind our back: an alarm, a mail to the owners, and nothing kept."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.urls import reverse

from campaigns.accounts.models import AuditEntry, Provider
from campaigns.accounts.provider_tracking import SWITCHES
from campaigns.sending import leaks, tasks
from campaigns.sending.mailers import kinds, probes
from campaigns.sending.models import Delivery, Leak, ProviderEvent
from tests import world
from tests.sending import stage
from tests.sending.telling import make_provider, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery(workspace) -> Delivery:
    stage.make_sending(workspace, people=1)
    stage.become(Delivery.objects.all(), "sent", message_id="pm-1", sending_at=Now())
    return Delivery.objects.select_related("contact").get()


@pytest.fixture
def provider(workspace) -> Provider:
    made: Provider = make_provider(workspace)
    return made


def event(delivery, record):
    return {
        "RecordType": record,
        "MessageID": "pm-1",
        "Recipient": delivery.address,
        "ReceivedAt": "2026-03-01T10:00:00Z",
        "UserAgent": "Mozilla/5.0 (somebody's own)",
        "OriginalLink": "https://example.com/private",
        "Metadata": {"delivery": delivery.uuid.hex},
    }


def leak(client, provider, delivery, *records):
    for record in records:
        assert tell(client, provider, event(delivery, record)).status_code == 200


def test_an_open_that_a_provider_tells_of_raises_an_alarm(client, provider, delivery):
    leak(client, provider, delivery, "Open", "Open", "Click")
    found = Leak.objects.get()
    assert (found.opens, found.clicks, found.unagreed) == (2, 1, 0)
    assert (found.provider, found.campaign_id) == (provider, delivery.campaign_id)


@pytest.mark.parametrize(
    ("mode", "click_mode", "unagreed"),
    [("individual", "none", 1), ("aggregate", "individual", 1), ("none", "", 2)],
)
def test_it_is_worse_of_people_who_did_not_agree(
    client, provider, delivery, mode, click_mode, unagreed
):
    Delivery.objects.update(mode=mode, click_mode=click_mode)
    leak(client, provider, delivery, "Open", "Click")
    assert Leak.objects.get().unagreed == unagreed


def test_nothing_of_who_did_what_is_kept(client, provider, delivery):
    stage.become(Delivery.objects.all(), "unknown")
    leak(client, provider, delivery, "Open", "Click")
    assert not ProviderEvent.objects.exists()
    delivery.refresh_from_db()
    # That it arrived is no secret.
    assert delivery.state == "sent"
    assert "open" not in delivery.reason and "private" not in delivery.reason


def test_what_is_no_ones_to_tell_is_no_leak(client, workspace, delivery):
    other = make_provider(world.make_workspace())
    leak(client, other, delivery, "Open")
    assert not Leak.objects.exists()


def test_owners_are_told_once_and_what_to_do(client, member, provider, delivery, system_server):
    world.make_member(provider.workspace, email="reader@example.org", role="reader")
    leak(client, provider, delivery, "Open")
    Delivery.objects.update(mode="none")
    leak(client, provider, delivery, "Click")
    for _ in range(2):
        cache.clear()
        tasks.tell_owners()
    leak(client, provider, delivery, "Open")
    tasks.tell_owners()
    [letter] = system_server.taken
    assert letter.recipient == member.email
    subject = message_from_bytes(letter.content, policy=default)["Subject"]
    assert subject == "postmark tracks your readers behind your back"
    text = b" ".join(letter.text.split())
    assert b"told us of 1 open and 1 click in your mails" in text
    assert b"1 of them was by somebody who did not agree" in text
    assert b"In Postmark, open the server's Settings, Tracking" in text
    assert b"/settings/tracking/" in text
    assert delivery.address.encode() not in letter.content


def test_what_was_mended_goes_for_mails_sent_since(client, alice, member, provider, delivery):
    leak(client, provider, delivery, "Open")
    page = reverse("sending:mend_leak", args=[provider.pk])
    assert alice.post(page).status_code == 302
    assert AuditEntry.objects.filter(action="leak_mended", details={"provider": provider.pk})
    leak(client, provider, delivery, "Open")
    assert list(leaks.open_of(provider.workspace_id)) == []
    Delivery.objects.update(sending_at=Now())
    leak(client, provider, delivery, "Open")
    [again] = leaks.open_of(provider.workspace_id)
    assert again.opens == 1


def test_pages_say_so_where_people_look(client, alice, provider, delivery):
    pages = [
        reverse("sending:campaign", args=[delivery.campaign_id]),
        reverse("accounts:senders"),
        reverse("accounts:providers"),
    ]
    for page in pages:
        assert "behind your back" not in alice.get(page).text
    leak(client, provider, delivery, "Open")
    for page in pages:
        assert "behind your back" in alice.get(page).text
    shown = alice.get(reverse("sending:leaks")).text
    assert "told us of 1 open and 0 clicks" in shown
    assert "In Postmark, open the server" in shown


def test_others_see_nothing_of_it_and_cannot_mend_it(client, stranger, provider, delivery):
    leak(client, provider, delivery, "Open")
    assert "postmark" not in stranger.get(reverse("sending:leaks")).text.lower()
    assert stranger.post(reverse("sending:mend_leak", args=[provider.pk])).status_code == 404


def test_it_is_said_what_the_connection_test_looks_at_and_what_only_a_person_can(alice, workspace):
    for kind in ("resend", "brevo"):
        Provider.objects.create(workspace=workspace, name=kind, kind=kind)
    page = alice.get(reverse("sending:leaks")).text
    assert page.count("The connection test looks whether it is on") == 1
    assert page.count("Its API does not tell whether it is on") == 1
    assert "switch off the tracking of opens and clicks" in page


def test_what_is_looked_at_is_what_the_connection_test_asks():
    nobody = probes.Probe().tracks
    asks = {kind for kind, probe in probes.PROBES.items() if probe.tracks is not nobody}
    looked_at = {kind for kind, switch in SWITCHES.items() if switch.looked_at}
    # Amazon's is asked by its own library.
    assert looked_at == asks | {Provider.Kind.AMAZON_SES}


def test_each_kind_of_provider_has_words_for_it():
    assert set(SWITCHES) == set(Provider.Kind.values)
    for kind, switch in SWITCHES.items():
        assert switch.per_mail != bool(switch.at_the_provider)
        if kind in kinds.TRAITS and not kinds.TRAITS[kind].tracking_switch:
            assert not switch.per_mail
