"""Sending end to end: the real ledger, real threads, a real SMTP server on loopback."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.audience import consent, unsubscribing
from campaigns.composing.models import Campaign
from campaigns.sending import transport
from campaigns.sending.models import Cooldown, Delivery
from tests import world
from tests.sending import stage
from tests.sending.driving import send, start

pytestmark = pytest.mark.django_db(transaction=True)


def test_everybody_gets_it_once_and_the_campaign_ends(draft, sink):
    start(draft, people=300)
    send(draft)
    assert draft.status == Campaign.Status.SENT
    assert draft.finished_at is not None
    assert sorted(sink.recipients()) == sorted(f"p{n}@example.com" for n in range(300))
    assert stage.states(draft) == {"sent": 300}


def test_each_mail_is_made_for_its_person(draft, sink):
    world.make_contact(
        draft.workspace, on=draft.lists.get(), email="ada@example.com", first_name="Ada"
    )
    start(draft)
    send(draft)
    [taken] = sink.taken
    delivery = Delivery.objects.get()
    assert b"Hello Ada" in taken.text
    assert taken.uuid_hex == delivery.uuid.hex
    assert taken.sender == f"MAIL FROM:<{draft.sender.email}>"
    assert re.search(rb"^List-Unsubscribe: ", taken.content, re.M)
    assert (delivery.code, delivery.attempt) == (250, 1)


def test_in_aggregate_mode_the_tracking_addresses_are_the_same_for_all(draft, sink):
    start(draft, people=12)
    send(draft)
    found = {tuple(re.findall(rb"/track/[^\"\s]+", mail.text)) for mail in sink.taken}
    assert len(found) == 1
    assert found.pop()


def test_in_individual_mode_they_are_not(draft, sink):
    stage.make_people(draft.workspace, draft.lists.get(), 12, measuring="granted")
    start(draft)
    send(draft)
    found = {tuple(re.findall(rb"/track/[^\"\s]+", mail.text)) for mail in sink.taken}
    assert len(found) == 12


def test_every_kind_of_answer_ends_in_its_own_state(draft, sink):
    for local in ("rcpt-550", "data-554", "cut-after", "no-after", "fine", "rcpt-450", "data-451"):
        world.make_contact(draft.workspace, on=draft.lists.get(), email=f"{local}@example.com")
    start(draft)
    send(draft)
    found = {d.address.partition("@")[0]: d for d in Delivery.objects.all()}
    assert {name: d.state for name, d in found.items()} == {
        "fine": "sent",
        "rcpt-550": "failed",
        "data-554": "failed",
        "cut-after": "unknown",
        "no-after": "unknown",
        "rcpt-450": "pending",
        "data-451": "pending",
    }
    assert found["rcpt-550"].enhanced_code == "5.1.1"
    next_at = found["rcpt-450"].next_at
    assert next_at is not None and next_at > timezone.now()
    assert draft.status == Campaign.Status.SENDING


def test_who_is_refused_for_now_is_given_up_in_the_end(draft, sink, settings):
    world.make_contact(draft.workspace, on=draft.lists.get(), email="rcpt-450@example.com")
    start(draft)
    for _ in range(20):
        Delivery.objects.waiting().update(next_at=timezone.now())
        send(draft)
    assert stage.states(draft) == {"pending": 1}
    hours = timedelta(hours=settings.SEND_DEADLINE_HOURS)
    Delivery.objects.update(first_tried_at=timezone.now() - hours, next_at=timezone.now())
    send(draft)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.code, delivery.attempt) == ("expired", 450, 21)
    assert delivery.reason == "busy"
    assert draft.status == Campaign.Status.SENT


def test_one_persons_data_breaks_one_mail_only(draft, sink):
    start(draft, people=20)
    # An address that was clean at the import, and is not any more.
    Delivery.objects.filter(address="p7@example.com").update(address="p7@exa\r\nmple.com")
    send(draft)
    assert stage.states(draft) == {"sent": 19, "failed": 1}
    assert draft.status == Campaign.Status.SENT


def test_workers_in_parallel_share_a_campaign_and_double_nothing(draft, sink):
    start(draft, people=400)

    def work(_n):
        try:
            return transport.work(draft.pk, seconds=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    send(draft)
    assert len(sink.recipients()) == len(set(sink.recipients())) == 400
    assert draft.status == Campaign.Status.SENT


def test_a_server_that_takes_mails_and_never_answers_costs_a_few_unknowns_only(
    draft, sink, settings
):
    settings.SEND_CONNECTIONS = 2
    for n in range(40):
        world.make_contact(
            draft.workspace, on=draft.lists.get(), email=f"cut-after-{n}@example.com"
        )
    start(draft)
    send(draft)
    counts = stage.states(draft)
    assert counts["unknown"] <= 2 * transport.BREAKS_IN_A_ROW
    assert counts["pending"] == 40 - counts["unknown"]
    assert Cooldown.objects.exists()


def test_who_unsubscribes_while_it_runs_does_not_get_it(draft, sink):
    start(draft, people=50)
    leaving = Delivery.objects.order_by("-pk")[:5]
    for delivery in leaving:
        assert delivery.contact_id is not None
        unsubscribing.unsubscribe(delivery.contact_id, draft.pk, delivery.pk, "page")
    send(draft)
    assert stage.states(draft) == {"sent": 45, "suppressed": 5}
    assert not set(sink.recipients()) & {delivery.address for delivery in leaving}
    assert draft.status == Campaign.Status.SENT


def test_who_withdraws_between_launch_and_sending_gets_a_mail_that_records_nothing(draft, sink):
    contacts = stage.make_people(draft.workspace, draft.lists.get(), 10, measuring="granted")
    start(draft)
    consent.withdraw(contacts[0], consent.Evidence("preferences"))
    send(draft)
    tracked = {mail.recipient: b"/track/" in mail.text for mail in sink.taken}
    assert tracked.pop(contacts[0].email) is False
    assert all(tracked.values())
