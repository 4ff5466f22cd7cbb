"""Mails that come back change the ledger; forged ones change nothing (T29, T30)."""

import itertools
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.audience import tokens as leaving
from campaigns.audience.models import Subscription, Suppression
from campaigns.sending.bounces import taking_in
from campaigns.sending.bounces.taking_in import Verdict
from campaigns.sending.models import Delivery, ProviderEvent
from tests import world
from tests.sending import stage
from tests.sending.bounces import post

pytestmark = pytest.mark.django_db

FACTS = ("delivered_at", "soft_bounced_at", "hard_bounced_at", "complained_at")


def take_in(delivery: Delivery, name: str, **fields: Any) -> Verdict:
    return taking_in.take_in(delivery.workspace_id, post.letter(name, delivery, **fields)).verdict


def facts(delivery: Delivery) -> set[str]:
    delivery.refresh_from_db()
    return {name for name in FACTS if getattr(delivery, name) is not None}


def test_a_dead_mailbox_is_not_mailed_any_more(delivery):
    assert take_in(delivery, "postfix-unknown-user") is Verdict.BOUNCED
    assert facts(delivery) == {"hard_bounced_at"}
    stopped = Suppression.objects.get()
    assert (stopped.reason, stopped.campaign_id) == ("hard_bounce", delivery.campaign_id)
    assert bytes(stopped.fingerprint) == bytes(delivery.contact.fingerprint)
    event = ProviderEvent.objects.get()
    assert (event.provider, event.kind, event.severity) == ("mail", "bounced", "hard")


def test_a_reason_names_no_person(delivery):
    take_in(delivery, "postfix-unknown-user")
    words = ProviderEvent.objects.get().description
    assert "User unknown in virtual mailbox table" in words
    assert "@" not in words


@pytest.mark.parametrize(
    "name",
    ["postfix-expired", "postfix-delayed", "exchange-quota", "qmail-remote", "disabled"],
)
def test_a_full_or_slow_mailbox_is_noted_and_mailed_again(delivery, name):
    assert take_in(delivery, name) is Verdict.BOUNCED
    assert facts(delivery) == {"soft_bounced_at"}
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["gmail-unauthenticated", "microsoft-blocked", "yahoo-deferred-policy"],
)
def test_a_block_is_about_us_and_never_about_the_person(delivery, name):
    assert take_in(delivery, name) is Verdict.BOUNCED
    assert ProviderEvent.objects.get().severity == "blocked"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("state", ["pending", "claimed", "failed", "expired"])
def test_what_comes_back_of_a_first_try_is_heard_while_the_second_waits(delivery, state):
    stage.become(
        Delivery.objects.filter(pk=delivery.pk), state, resends=1, claim_token=uuid.uuid4()
    )
    assert take_in(delivery, "postfix-unknown-user") is Verdict.BOUNCED
    assert facts(delivery) == {"hard_bounced_at"}
    # It arrived somewhere, and the second try need not go.
    assert delivery.state == "sent"


def test_a_complaint_stops_all_mail_at_once(delivery):
    assert take_in(delivery, "arf-abuse") is Verdict.COMPLAINED
    assert facts(delivery) == {"complained_at"}
    assert Suppression.objects.get().reason == "complaint"


def test_who_opts_out_at_the_mailbox_provider_leaves(delivery):
    letter = post.letter("arf-abuse", delivery).replace(b"-Type: abuse", b"-Type: opt-out")
    assert taking_in.take_in(delivery.workspace_id, letter).verdict is Verdict.UNSUBSCRIBED
    assert Subscription.objects.get().status == "unsubscribed"


@pytest.mark.parametrize("name", ["out-of-office", "arf-not-spam"])
def test_automatic_replies_change_nothing(delivery, name):
    assert take_in(delivery, name) is Verdict.IGNORED
    assert facts(delivery) == set()
    assert not ProviderEvent.objects.exists()


def test_a_report_of_success_is_a_fact_as_well(delivery):
    assert take_in(delivery, "delivered") is Verdict.BOUNCED
    assert facts(delivery) == {"delivered_at"}


def test_a_mail_that_came_back_was_sent(delivery):
    mine = Delivery.objects.filter(pk=delivery.pk)
    stage.become(mine, "unknown")
    take_in(delivery, "exchange-quota")
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert "5.2.2" in delivery.reason


def test_without_a_return_address_the_message_id_and_the_recipient_prove_it(delivery):
    assert take_in(delivery, "sendmail", back_to="news@acme.example") is Verdict.BOUNCED
    assert Suppression.objects.exists()


def forged(delivery: Delivery) -> dict[str, bytes]:
    """Reports that a stranger could write."""
    good = post.return_address(delivery.pk)
    name, _at, domain = good.partition("@")
    wrong_mac = f"{name[:-4]}{'aaaa' if name[-4:] != 'aaaa' else 'bbbb'}@{domain}"
    other = post.return_address(delivery.pk + 1000)
    plain, nobody = post.MAILBOX, "f" * 32
    letter = "postfix-unknown-user"
    return {
        "a wrong MAC": post.letter(letter, delivery, back_to=wrong_mac, uuid=nobody),
        "a delivery that is not there": post.letter(letter, delivery, back_to=other, uuid=nobody),
        "a Message-ID that is not ours": post.letter(letter, delivery, back_to=plain, uuid=nobody),
        "another recipient": post.letter(
            letter, delivery, back_to=plain, recipient="someone@example.net"
        ),
        "only an address": post.letter("qmail", delivery, back_to=plain, uuid=nobody),
        "a complaint about a stranger": post.letter(
            "arf-abuse", delivery, back_to=plain, recipient="someone@example.net"
        ),
    }


def test_a_forged_report_suppresses_nobody(delivery):
    for name, letter in forged(delivery).items():
        taken = taking_in.take_in(delivery.workspace_id, letter)
        assert taken.verdict is Verdict.FOREIGN, name
    assert facts(delivery) == set()
    assert not Suppression.objects.exists()
    assert not ProviderEvent.objects.exists()


def test_a_report_about_another_workspaces_mail_is_not_believed(delivery):
    stranger = world.make_workspace()
    for name in ("postfix-unknown-user", "arf-abuse", "sendmail"):
        taken = taking_in.take_in(stranger.pk, post.letter(name, delivery))
        assert taken.verdict is Verdict.FOREIGN
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("state", ["pending", "failed", "suppressed", "cancelled"])
def test_an_address_that_was_not_mailed_cannot_come_back(delivery, state):
    stage.become(Delivery.objects.filter(pk=delivery.pk), state)
    assert take_in(delivery, "postfix-unknown-user") is Verdict.FOREIGN
    assert not Suppression.objects.exists()


def test_a_forwarded_mail_that_ends_elsewhere_is_no_proof_against_the_address(delivery):
    assert take_in(delivery, "forwarded-away") is Verdict.BOUNCED
    assert facts(delivery) == {"soft_bounced_at"}
    assert not Suppression.objects.exists()


def test_times_are_neither_before_the_mail_nor_in_the_future(delivery):
    take_in(delivery, "postfix-unknown-user", at=timezone.now() - timedelta(days=900))
    delivery.refresh_from_db()
    assert delivery.hard_bounced_at == delivery.sending_at
    Delivery.objects.update(hard_bounced_at=None)
    letter = "exchange-online-not-found"
    take_in(delivery, letter, at=timezone.now() + timedelta(days=900))
    delivery.refresh_from_db()
    assert delivery.hard_bounced_at <= timezone.now()


def test_any_order_and_any_number_of_copies_end_in_the_same(delivery):
    at = timezone.now().replace(microsecond=0)
    names = ("postfix-delayed", "exchange-quota", "gmail-no-such-user", "delivered", "arf-abuse")
    letters = [
        post.letter(name, delivery, at=at - timedelta(minutes=number))
        for number, name in enumerate(names)
    ]
    found = set()
    for order in itertools.permutations(letters):
        Delivery.objects.update(**dict.fromkeys(FACTS))
        ProviderEvent.objects.all().delete()
        Suppression.objects.all().delete()
        for letter in (*order, *order[:2]):
            taking_in.take_in(delivery.workspace_id, letter)
        assert ProviderEvent.objects.count() == len(names)
        stopped = Suppression.objects.values_list("reason", flat=True)
        assert sorted(stopped) == ["complaint", "hard_bounce"]
        found.add(Delivery.objects.values_list(*FACTS).get())
    assert len(found) == 1


def test_who_writes_to_the_unsubscribe_address_leaves(delivery):
    token = leaving.unsubscribe_token(delivery.contact_id, delivery.campaign_id, delivery.pk)
    letter = f"From: pat@example.com\r\nTo: {post.MAILBOX}\r\nSubject: {token}\r\n\r\n".encode()
    for _ in range(2):
        taken = taking_in.take_in(delivery.workspace_id, letter)
        assert taken.verdict is Verdict.UNSUBSCRIBED
    assert Subscription.objects.get().status == "unsubscribed"


def test_but_not_with_a_token_that_is_forged_foreign_or_came_by_a_machine(delivery):
    token = leaving.unsubscribe_token(delivery.contact_id, delivery.campaign_id, delivery.pk)
    workspace = delivery.workspace_id
    forged = f"Subject: {token[:-1]}{'A' if token[-1] != 'A' else 'B'}\r\n\r\n"
    assert taking_in.take_in(workspace, forged.encode()).verdict is not Verdict.UNSUBSCRIBED
    whole = f"From: a@example.com\r\nSubject: {token}\r\n"
    elsewhere = world.make_workspace().pk
    assert taking_in.take_in(elsewhere, f"{whole}\r\n".encode()).verdict is Verdict.FOREIGN
    automatic = f"{whole}Auto-Submitted: auto-replied\r\n\r\n".encode()
    assert taking_in.take_in(workspace, automatic).verdict is Verdict.IGNORED
    nobody = f"From: a@example.com\r\nSubject: {leaving.unsubscribe_token(0)}\r\n\r\n"
    assert taking_in.take_in(workspace, nobody.encode()).verdict is Verdict.FOREIGN
    assert Subscription.objects.get().status == "subscribed"
