"""Another chance: retry the failed, send again to the unconfirmed; only as far as was decided."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.audience.models import Contact, Subscription, Suppression
from campaigns.composing.models import Campaign
from campaigns.sending import again, launch, steering, transport
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import again as moves_again
from campaigns.sending.querysets import ledger, moves, reasons
from campaigns.sending.querysets.results import Result
from tests import world
from tests.sending import stage
from tests.sending.claims import claim

pytestmark = pytest.mark.django_db(transaction=True)

BUSY: dict[str, Any] = {"state": "expired", "code": 450, "enhanced_code": "4.2.1", "reason": "busy"}
GONE: dict[str, Any] = {
    "state": "failed",
    "code": 550,
    "enhanced_code": "5.1.1",
    "reason": "no such user",
}


@pytest.fixture
def sent(workspace):
    """A campaign that was sent to six people: two given up, two refused, two not confirmed."""
    campaign = stage.make_sending(workspace, people=6)
    before = timezone.now() - timedelta(hours=1)
    rows = list(Delivery.objects.order_by("pk"))
    facts: dict[str, Any] = {"sending_at": before, "done_at": before, "attempt": 9}
    for row, result in zip(rows, [BUSY, BUSY, GONE, GONE], strict=False):
        stage.become(Delivery.objects.filter(pk=row.pk), **facts, **result, first_tried_at=before)
    for row in rows[4:]:
        mine = Delivery.objects.filter(pk=row.pk)
        stage.become(mine, "unknown", **facts, claim_token=uuid.uuid4())
    assert moves.finish(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def keys_of(campaign, transient=True):
    return [row.key for row in reasons.groups(campaign.pk) if row.is_transient == transient]


def retry(campaign, keys=None, **options):
    chosen = keys_of(campaign) if keys is None else keys
    return again.retry(campaign, chosen, **({"as_of": moves_again.now()} | options))


def start_and_send(campaign, sink, *addresses):
    for address in addresses:
        world.make_contact(campaign.workspace, on=campaign.lists.get(), email=address)
    launch.launch(campaign)
    launch.prepare(campaign.pk)
    send(campaign)


def send(campaign):
    while transport.work(campaign.pk, seconds=20):
        pass
    campaign.refresh_from_db()


def test_a_retry_reopens_the_campaign_and_gives_a_new_day(sent):
    assert retry(sent) == 2
    sent.refresh_from_db()
    assert (sent.status, sent.finished_at) == (Campaign.Status.SENDING, None)
    assert stage.states(sent) == {"pending": 2, "failed": 2, "unknown": 2}
    waiting = Delivery.objects.pending()[0]
    assert (waiting.first_tried_at, waiting.done_at, waiting.reason) == (None, None, "")
    assert waiting.attempt == 9


def test_a_retry_of_chosen_reasons_leaves_the_others_alone(sent):
    assert retry(sent, keys_of(sent, transient=False)) == 2
    assert stage.states(sent) == {"pending": 2, "expired": 2, "unknown": 2}


def test_a_second_retry_changes_nothing(sent):
    seen, keys = moves_again.now(), keys_of(sent)
    assert retry(sent, keys, as_of=seen) == 2
    before = list(Delivery.objects.order_by("pk").values())
    assert retry(sent, keys, as_of=seen) == 0
    assert list(Delivery.objects.order_by("pk").values()) == before


def test_what_failed_again_since_the_person_looked_is_not_tried_without_them(sent):
    seen, keys = moves_again.now(), keys_of(sent)
    retry(sent, keys, as_of=seen)
    now = timezone.now()
    stage.become(Delivery.objects.pending(), **BUSY, sending_at=now, done_at=now)
    assert retry(sent, keys, as_of=seen) == 0
    assert retry(sent, keys, as_of=timezone.now() + timedelta(days=1)) == 2


def test_retrying_in_chunks_is_whole(sent, monkeypatch):
    monkeypatch.setattr(moves_again, "CHUNK", 1)
    assert retry(sent, keys_of(sent) + keys_of(sent, transient=False)) == 4


def test_twenty_people_who_press_retry_at_once_are_one(sent):
    seen, keys = moves_again.now(), keys_of(sent)
    barrier = threading.Barrier(20)

    def press(_n):
        barrier.wait()
        try:
            return retry(sent, keys, as_of=seen)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(press, range(20))) == 2


@pytest.mark.parametrize("status", ["cancelled", "draft", "preparing", "failed"])
def test_what_was_ended_for_good_is_not_retried(sent, status):
    Campaign.objects.update(status=status)
    assert retry(sent) == 0
    assert again.resend_unconfirmed(sent, as_of=moves_again.now()) == 0
    sent.refresh_from_db()
    assert sent.status == status


def test_a_paused_campaign_stays_paused(sent):
    Campaign.objects.update(status="paused")
    assert retry(sent) == 2
    sent.refresh_from_db()
    assert sent.status == Campaign.Status.PAUSED


def test_with_editing_first_it_waits_and_then_sends_the_new_content(draft, sink):
    start_and_send(draft, sink, "data-554@example.com", "fine@example.com")
    keys = keys_of(draft, transient=False)
    assert retry(draft, keys, edit_first=True) == 1
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.PAUSED
    assert "edit it" in draft.pause_reason
    Delivery.objects.pending().update(address="now-fine@example.com")
    Campaign.objects.filter(pk=draft.pk).edit(
        version=draft.version, tab="", body="A better text [Read](https://example.com/b)"
    )
    draft.refresh_from_db()
    assert steering.resume(draft)
    send(draft)
    assert draft.status == Campaign.Status.SENT
    assert [mail.recipient for mail in sink.taken] == ["fine@example.com", "now-fine@example.com"]
    assert b"A better text" in sink.taken[1].text


def test_a_retry_takes_the_newest_content(sent):
    Campaign.objects.update(revision=2)
    retry(sent)
    assert {row.revision for row in claim(sent)[1]} == {2}
    assert set(Delivery.objects.unknown().values_list("revision", flat=True)) == {1}


def test_a_retry_sends_to_the_corrected_address(sent):
    contact = Delivery.objects.filter(state="failed")[0].contact
    assert contact is not None
    contact.email = contact.email_key = "right@elsewhere.example"
    contact.save(update_fields=["email", "email_key"])
    retry(sent, keys_of(sent, transient=False))
    moved = Delivery.objects.get(contact=contact)
    assert (moved.address, moved.address_key) == ("right@elsewhere.example",) * 2
    assert moved.domain == "elsewhere.example"


def test_an_address_that_got_the_mail_already_is_not_taken_over(sent):
    """Two contacts changed places: the mail that went to the address was the only one."""
    mistyped, right = Delivery.objects.filter(state="failed").select_related("contact")
    assert mistyped.contact and right.contact
    stage.become(Delivery.objects.filter(pk=right.pk), "sent")
    Contact.objects.filter(pk=right.contact.pk).update(email_key="else@example.com")
    Contact.objects.filter(pk=mistyped.contact.pk).update(email_key=right.address_key)
    retry(sent, keys_of(sent, transient=False))
    assert Delivery.objects.get(pk=mistyped.pk).address_key == mistyped.address_key


def test_who_left_or_was_suppressed_meanwhile_stays_out(draft, sink):
    start_and_send(draft, sink, *(f"rcpt-550-{name}@example.com" for name in "abc"))
    left, suppressed, _stays = Contact.objects.order_by("pk")
    Subscription.objects.filter(contact=left).update(
        status="unsubscribed", unsubscribed_at=timezone.now()
    )
    Suppression.objects.create(
        workspace=draft.workspace, fingerprint=suppressed.fingerprint, reason="hard_bounce"
    )
    assert retry(draft, keys_of(draft, transient=False)) == 3
    send(draft)
    assert stage.states(draft) == {"suppressed": 2, "failed": 1}
    assert draft.status == Campaign.Status.SENT


def test_a_retry_and_the_finisher_leave_no_open_row_in_a_finished_campaign(sent):
    """They hold the campaign in turns; whoever comes second sees what the first did."""
    for _ in range(8):
        stage.become(Delivery.objects.pending(), **BUSY, done_at=timezone.now())
        moves.finish(sent.pk)
        barrier = threading.Barrier(2)

        def run(verb, barrier=barrier):
            barrier.wait()
            try:
                return verb()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, [lambda: retry(sent), lambda: moves.finish(sent.pk)]))
        sent.refresh_from_db()
        assert sent.status == Campaign.Status.SENDING
        assert Delivery.objects.pending().count() == 2


def test_sending_again_to_the_unconfirmed_is_a_new_attempt_under_a_new_token(sent):
    tokens = list(Delivery.objects.unknown().values_list("pk", "claim_token"))
    assert again.resend_unconfirmed(sent, as_of=moves_again.now()) == 2
    sent.refresh_from_db()
    assert sent.status == Campaign.Status.SENDING
    assert stage.states(sent) == {"pending": 2, "expired": 2, "failed": 2}
    assert set(Delivery.objects.pending().values_list("resends", flat=True)) == {1}
    # The first worker is alive after all, and tells what became of the first attempt.
    for delivery_id, token in tokens:
        assert token
        ledger.exchange(token, [Result(delivery_id, "failed")], [])
    assert Delivery.objects.pending().count() == 2


def test_sending_again_twice_sends_once(sent):
    seen = moves_again.now()
    assert again.resend_unconfirmed(sent, as_of=seen) == 2
    stage.become(Delivery.objects.pending(), "unknown", done_at=timezone.now())
    assert again.resend_unconfirmed(sent, as_of=seen) == 0


def test_who_is_confirmed_meanwhile_is_not_sent_to_again(sent):
    seen = moves_again.now()
    confirmed = Delivery.objects.unknown()[0]
    moves.take_evidence(confirmed.pk, state="sent", message_id="", reason="opened")
    assert again.resend_unconfirmed(sent, as_of=seen) == 1
    confirmed.refresh_from_db()
    assert confirmed.state == "sent"
