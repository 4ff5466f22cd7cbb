"""What name servers say about the From domain, asked of a real one on loopback."""

import pytest

from campaigns.accounts import dns_records, signing_keys
from campaigns.accounts.models import Provider
from campaigns.composing.proofing import from_domain
from campaigns.composing.proofing.finding import Weight
from tests import world
from tests.accounts import name_server

SPF = ["v=spf1 include:mail.example -all"]
DMARC = ["v=DMARC1; p=reject; sp=quarantine"]


@pytest.fixture
def ask(workspace, monkeypatch):
    def ask(records, *, email="news@shop.acme.example", kind=Provider.Kind.SMTP, signed=False):
        provider = Provider.objects.create(workspace=workspace, name="P", kind=kind)
        sender = world.make_sender(workspace, email=email, provider=provider)
        if signed:
            signing_keys.make(workspace, sender.domain)
            signing_keys.insist(workspace, sender.domain)
        with name_server.running(records) as resolver:
            monkeypatch.setattr(dns_records, "resolver", lambda: resolver)
            return [one.message for one in from_domain.findings(sender)]

    return ask


def test_a_domain_with_everything_is_fine(ask):
    records = {"shop.acme.example": SPF, "_dmarc.shop.acme.example": DMARC}
    assert ask(records, signed=True) == []


def test_the_record_of_the_domain_above_holds_too(ask):
    assert ask({"shop.acme.example": SPF, "_dmarc.acme.example": DMARC}, signed=True) == []


def test_what_is_missing_is_told_one_by_one(ask):
    dmarc, spf, dkim = ask({})
    assert "_dmarc.shop.acme.example" in dmarc
    assert "no SPF record" in spf
    assert "not signed with DKIM" in dkim


def test_a_policy_that_refuses_what_is_not_signed_is_told_with_it(ask):
    (message,) = ask({"shop.acme.example": SPF, "_dmarc.acme.example": DMARC})
    assert "asks receivers to refuse" in message


def test_other_records_of_the_name_are_passed_over(ask):
    records = {
        "shop.acme.example": ["google-site-verification=1", *SPF],
        "_dmarc.shop.acme.example": ["something", "v=DMARC1; p=none"],
    }
    assert ask(records, signed=True) == []


def test_providers_sign_themselves(ask):
    records = {"shop.acme.example": SPF, "_dmarc.acme.example": DMARC}
    assert ask(records, kind=Provider.Kind.POSTMARK) == []


def test_the_local_inbox_needs_nothing(ask):
    assert ask({}, kind=Provider.Kind.INBOX) == []


def test_a_name_server_that_is_silent_is_no_missing_record(workspace, monkeypatch):
    provider = Provider.objects.create(workspace=workspace, name="P", kind=Provider.Kind.SMTP)
    sender = world.make_sender(workspace, email="news@acme.example", provider=provider)
    monkeypatch.setattr(dns_records, "PATIENCE", 0.2)
    with name_server.running({}) as resolver:
        resolver.port = 9  # Nobody is there.
        monkeypatch.setattr(dns_records, "resolver", lambda: resolver)
        (finding,) = from_domain.findings(sender)
    assert (finding.weight, "do not answer" in finding.message) == (Weight.MAY, True)
