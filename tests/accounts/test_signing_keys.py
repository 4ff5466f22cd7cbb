"""DKIM keys: made and sealed here, shown to be copied, used once DNS has them."""

import pytest
from django.test import Client

from campaigns.accounts import dns_records, signing_keys
from campaigns.accounts.models import SigningKey
from tests import world
from tests.accounts import name_server
from tests.sending import stage

PAGE = "/settings/senders/signing/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def records(monkeypatch):
    """What DNS has, at a server on loopback."""
    known: dict[str, list[str]] = {}
    with name_server.running(known) as resolver:
        monkeypatch.setattr(dns_records, "resolver", lambda: resolver)
        yield known


@pytest.fixture
def domain(workspace) -> str:
    sender = stage.make_smtp_sender(workspace, 25)
    signing_keys.make(workspace, sender.domain)
    return sender.domain


def publish(workspace, records):
    for key in workspace.signing_keys.all():
        records[key.record_name] = [key.record_text]


def test_an_owner_makes_keys_publishes_them_and_mails_are_signed(alice: Client, workspace, records):
    domain = stage.make_smtp_sender(workspace, 25).domain
    assert "not signed here" in alice.get(PAGE).text
    alice.post(f"{PAGE}change/", {"domain": domain, "verb": "make"})
    rsa, ed25519 = workspace.signing_keys.order_by("-algorithm")
    page = alice.get(PAGE).text
    assert f"v=DKIM1; k=rsa; p={rsa.public}" in page.replace("&#x27;", "'")
    assert f"v=DKIM1; k=ed25519; p={ed25519.public}" in page
    assert signing_keys.active(workspace.pk, domain) == []
    alice.post(f"{PAGE}change/", {"domain": domain, "verb": "check"})
    assert "There is no such record yet" in alice.get(PAGE).text
    publish(workspace, records)
    answer = alice.post(f"{PAGE}change/", {"domain": domain, "verb": "check"}, follow=True)
    assert "DNS shows both records" in answer.text
    assert signing_keys.active(workspace.pk, domain) == [rsa, ed25519]
    actions = list(workspace.audit.order_by("pk").values_list("action", flat=True))
    assert actions == ["signing_keys_made", "signing_published"]


def test_keys_are_sealed_and_never_shown(alice: Client, workspace, domain):
    page = alice.get(PAGE).text
    assert domain in page
    keys = list(workspace.signing_keys.all())
    assert len(keys) == 2
    for key in keys:
        assert "PRIVATE KEY" in key.private_pem
        assert b"PRIVATE" not in bytes(key.sealed_private)
        assert key.private_pem.splitlines()[1] not in page


def test_making_keys_twice_changes_nothing(workspace, domain):
    before = set(workspace.signing_keys.values_list("public", flat=True))
    signing_keys.make(workspace, domain)
    assert set(workspace.signing_keys.values_list("public", flat=True)) == before


def test_a_member_may_insist_and_take_it_all_back(alice: Client, workspace, domain, records):
    alice.post(f"{PAGE}change/", {"domain": domain, "verb": "insist"})
    assert len(signing_keys.active(workspace.pk, domain)) == 2
    alice.post(f"{PAGE}change/", {"domain": domain, "verb": "forget"})
    assert not SigningKey.objects.exists()


def test_a_record_that_is_taken_away_ends_the_signing(workspace, domain, records):
    publish(workspace, records)
    assert signing_keys.check(workspace, domain)
    records.clear()
    assert not signing_keys.check(workspace, domain)
    assert signing_keys.active(workspace.pk, domain) == []


def test_one_right_record_is_used_alone(workspace, domain, records):
    rsa = workspace.signing_keys.get(algorithm="rsa")
    records[rsa.record_name] = [rsa.record_text]
    assert not signing_keys.check(workspace, domain)
    assert signing_keys.active(workspace.pk, domain) == [rsa]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda text: [text.replace("p=", "p=AAAA")], "another key"),
        (lambda text: [text[:-10]], "another key"),
        (lambda text: ["v=DKIM1; k=rsa; p="], "another key"),
        (lambda text: [text, "v=DKIM1; k=rsa; p=AAAA"], "more than one record"),
        (lambda text: [text.replace("k=rsa", "k=ed25519")], "k=rsa"),
        (lambda text: ["§ nonsense"], "another key"),
        (lambda text: [], "no such record"),
        (lambda text: [text.replace("; ", " ;").replace("p=", "p= ")], ""),
        (lambda text: [text.replace("k=rsa; ", "")], ""),
    ],
)
def test_what_is_wrong_with_a_record_is_said(workspace, domain, records, change, finding):
    key = workspace.signing_keys.get(algorithm="rsa")
    records[key.record_name] = change(key.record_text)
    found = signing_keys.finding(key)
    assert found == "" if not finding else finding in found


def test_name_servers_that_do_not_answer_are_not_a_missing_record(workspace, domain, monkeypatch):
    with name_server.running({}) as resolver:
        pass
    monkeypatch.setattr(dns_records, "resolver", lambda: resolver)
    monkeypatch.setattr(dns_records, "PATIENCE", 0.3)
    assert "do not answer" in signing_keys.finding(workspace.signing_keys.get(algorithm="rsa"))


def test_keys_are_the_owners_business(workspace, domain, stranger):
    marketer = Client()
    marketer.force_login(world.make_member(workspace, role="marketer"))
    assert marketer.get(PAGE).status_code == 200
    values = {"domain": domain, "verb": "forget"}
    assert marketer.post(f"{PAGE}change/", values).status_code == 403
    assert stranger.post(f"{PAGE}change/", values).status_code == 404
    assert domain not in stranger.get(PAGE).text
    assert SigningKey.objects.count() == 2
