"""One bad mail is one bad mail: it fails with a reason, and the batch goes on."""

import signal
from datetime import timedelta

import pytest
from django.db import OperationalError

from campaigns.audience.models import Field
from campaigns.composing.models import Campaign
from campaigns.sending import launch, transport
from campaigns.sending.building import Builder
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import moves, reasons
from tests import world
from tests.sending import stage
from tests.sending.test_tasks import worker

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = 30


@pytest.fixture
def send(draft, sink):
    """Send the draft to thirty people, with others among them; return those by address."""

    def go(*emails, **fields):
        for email in emails:
            world.make_contact(draft.workspace, on=draft.lists.get(), email=email, **fields)
        stage.make_many(draft.workspace, draft.lists.get(), OTHERS)
        assert launch.launch(draft)
        assert launch.prepare(draft.pk)
        while transport.work(draft.pk, seconds=20):
            pass
        draft.refresh_from_db()
        return {d.address: d for d in Delivery.objects.exclude(address__regex=r"^p\d")}

    return go


def everybody_else_got_it(draft, sink, states):
    assert draft.status == Campaign.Status.SENT
    assert stage.states(draft) == {"sent": OTHERS, **states}
    assert len(sink.recipients()) == len(set(sink.recipients())) == OTHERS


def test_an_address_that_the_server_refuses(draft, sink, send):
    found = send("rcpt-550@example.com")["rcpt-550@example.com"]
    assert (found.code, found.enhanced_code) == (550, "5.1.1")
    assert found.reason == "no such mailbox"
    everybody_else_got_it(draft, sink, {"failed": 1})


def test_a_value_of_forty_megabytes(draft, sink, send):
    Field.objects.create(workspace=draft.workspace, key="story", label="Story")
    Campaign.objects.update(body="Hello {{ contact.story | default: 'friend' }}")
    draft.refresh_from_db()
    found = send("long@example.com", fields={"story": "x" * 40_000_000})["long@example.com"]
    assert found.state == "failed"
    assert found.reason == "What we know of this person is larger than a mail may be."
    everybody_else_got_it(draft, sink, {"failed": 1})
    [group] = reasons.groups(draft.pk)
    assert (group.kind, group.is_transient) == ("unmade", True)


def test_a_value_that_makes_the_mail_too_large(draft, sink, send):
    Campaign.objects.update(body="{{ contact.last_name }}" + "{{ contact.first_name }}" * 9_000)
    draft.refresh_from_db()
    found = send("long@example.com", first_name="a" * 119)["long@example.com"]
    assert found.state == "failed"
    assert "The most is 1,000 kB." in found.reason
    everybody_else_got_it(draft, sink, {"failed": 1})


def test_a_contact_whose_data_breaks_the_template(draft, sink, send):
    Field.objects.create(workspace=draft.workspace, key="visits", label="Visits")
    Campaign.objects.update(
        body="{% if contact.visits %}{{ 100 | divided_by: contact.visits }}{% endif %} visits"
    )
    draft.refresh_from_db()
    found = send("never@example.com", fields={"visits": "0"})["never@example.com"]
    assert found.state == "failed"
    assert found.reason
    everybody_else_got_it(draft, sink, {"failed": 1})


def test_a_mail_that_kills_its_worker_each_time_is_not_taken_up_for_ever(draft, sink):
    """It dies while the mail is made, where no exception can be caught. A mail is promised
    before it is made, so it is unknown then, and nobody takes it up again."""
    world.make_contact(draft.workspace, on=draft.lists.get(), email="poison@example.com")
    stage.make_many(draft.workspace, draft.lists.get(), OTHERS)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    code = f"""
import os, signal
from campaigns.sending.building import Builder
made = Builder.outgoing
def outgoing(self, row):
    if row.address == "poison@example.com":
        os.kill(os.getpid(), signal.SIGKILL)
    return made(self, row)
Builder.outgoing = outgoing
while transport.work({draft.pk}, seconds=20):
    pass
"""
    deaths = 0
    while worker(code).wait(60) == -signal.SIGKILL:
        deaths += 1
        assert deaths < 3
        stage.let_leases_expire()
        moves.reap_claims()
        moves.reap_intents(timedelta(minutes=15), "the worker stopped")
    draft.refresh_from_db()
    assert deaths == 1
    assert draft.status == Campaign.Status.SENT
    assert len(sink.recipients()) == len(set(sink.recipients()))
    # With it, what was promised in the same window or not written down yet.
    counts = stage.states(draft)
    assert set(counts) == {"sent", "unknown"}
    assert counts["sent"] <= len(sink.recipients())
    assert Delivery.objects.get(address="poison@example.com").state == "unknown"


def test_a_database_that_fails_while_mails_are_made_fails_none_of_them(
    draft, sink, send, monkeypatch
):
    whole, failures = Builder.outgoing, iter([True] * 3)

    def outgoing(builder, row):
        if next(failures, False):
            raise OperationalError("terminating connection due to administrator command")
        return whole(builder, row)

    monkeypatch.setattr(Builder, "outgoing", outgoing)
    send()
    assert next(failures, False) is False
    everybody_else_got_it(draft, sink, {})
