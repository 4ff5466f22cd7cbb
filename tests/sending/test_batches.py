"""Many mails in one call: each as if it had been sent alone, each with its own fate."""

import dataclasses
import json
import uuid
from datetime import timedelta

import pytest

from campaigns.sending import launch, repeating, transport
from campaigns.sending.building import Builder
from campaigns.sending.mailers import backends, lists
from campaigns.sending.mailers.api import ApiMailer
from campaigns.sending.models import Cooldown, Delivery
from campaigns.sending.outcomes import Outgoing, Verdict
from campaigns.sending.querysets import ledger
from tests import world
from tests.sending import provider_stub
from tests.sending.provider_calls import Answer
from tests.sending.provider_wires import WIRES
from tests.sending.test_mailers import make_campaign, send, states

BATCHED = ["mailgun", "postmark", "mailjet", "sendgrid", "resend", "mailtrap"]
BATCHES = pytest.mark.parametrize("kind", BATCHED)
PARTLY = pytest.mark.parametrize("kind", [kind for kind in BATCHED if WIRES[kind].partly])

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stub(settings, monkeypatch):
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.SEND_CONNECTIONS = 1
    monkeypatch.setattr(backends, "TIMEOUT", (30.0, 2.0))
    monkeypatch.setattr(repeating, "PAUSES", (0.0, 0.0))
    # Windows begin at their full size, so that a few people are a batch.
    start = transport.Lane.__init__

    def at_full_size(lane, *how):
        start(lane, *how)
        lane.supply.window = lane.mailer.window

    monkeypatch.setattr(transport.Lane, "__init__", at_full_size)
    with provider_stub.running() as running:
        yield running


def make(workspace, stub, kind, *locals_, **fields):
    campaign = make_campaign(workspace, stub, kind, *locals_)
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save()
    return campaign


@BATCHES
def test_a_list_goes_out_in_a_few_calls(workspace, stub, kind):
    people = [f"person{n}" for n in range(45)]
    send(make(workspace, stub, kind, *people))
    assert sorted(stub.recipients()) == sorted(f"{name}@example.com" for name in people)
    assert set(states().values()) == {"sent"}
    assert stub.requests <= 5
    assert stub.connections == 1


PERSONAL = """Hello {{ contact.first_name | default: 'friend' }} 100% & {{ contact.last_name }}

{% if contact.country == "DE" %}Guten Tag, {{ contact.first_name }}.{% else %}Good day.{% endif %}

[Read](https://example.com/a?x=1&y=2) — {{ contact.first_name }} · %recipient 50 %
"""
NAMES = ["Ada", "O'Neill <b>", "", "Zoë & Søn", "%s", "{{ x }}", "a\r\nb", '"q" \\ 1']


@BATCHES
def test_each_mail_of_a_batch_is_what_a_call_of_its_own_would_bring(workspace, stub, kind):
    body = PERSONAL if kind != "mailgun" else PERSONAL.replace("%recipient", "recipient")
    campaign = make(
        workspace, stub, kind, body=body, subject="News for {{ contact.first_name | upcase }}"
    )
    for n, name in enumerate(NAMES):
        world.make_contact(
            workspace,
            on=campaign.lists.get(),
            email=f"p{n}@example.com",
            first_name=name,
            last_name="Last",
            country="DE" if n % 2 else "FR",
        )
    launch.launch(campaign)
    launch.prepare(campaign.pk)
    mails = built(campaign)
    provider = campaign.sender.provider
    together = ApiMailer(kind, provider.credentials).hand_over(mails)
    assert [outcome.verdict for outcome in together.outcomes] == [Verdict.SENT] * len(mails)
    assert stub.requests == 1
    batched, stub.accepted = stub.accepted, []
    for mail in mails:
        ApiMailer(kind, provider.credentials).hand_over([mail])
    assert stub.requests == 1 + len(mails)
    for one, alone in zip(batched, stub.accepted, strict=True):
        assert one.recipient == alone.recipient
        assert comparable(kind, one.fields) == comparable(kind, alone.fields)


def built(campaign) -> list[Outgoing]:
    """The mails of a campaign, as a lane builds them."""
    rows = ledger.claim(campaign.pk, token=uuid.uuid4(), limit=100, lease=timedelta(seconds=60))
    builder = Builder(campaign, "parts")
    return [builder.outgoing(row) for row in rows]


def comparable(kind, fields):
    """Leave out what is another each time, and Mailgun's own Message-ID."""
    fields = json.loads(json.dumps(fields))
    fields.pop("h:Message-Id", None)
    fields.pop("sender", None)
    fields.get("custom_args", {}).pop("anymail_id", None)
    return fields


@PARTLY
def test_each_of_a_batch_has_a_fate_of_its_own(workspace, stub, kind):
    people = ("one", "refused-1", "two", "refused-2", "three")
    send(make(workspace, stub, kind, *people))
    assert states() == {
        "one": "sent",
        "refused-1": "failed",
        "two": "sent",
        "refused-2": "failed",
        "three": "sent",
    }
    assert stub.requests == 1
    assert all(Delivery.objects.filter(state="failed").values_list("reason", flat=True))


@BATCHES
def test_one_bad_address_does_not_cost_the_others_their_mail(workspace, stub, kind):
    send(make(workspace, stub, kind, "one", "refused", "two"))
    assert states() == {"one": "sent", "refused": "failed", "two": "sent"}
    assert sorted(stub.recipients()) == ["one@example.com", "two@example.com"]


@pytest.mark.parametrize("kind", ["postmark", "mailjet", "mailtrap", "resend"])
def test_of_whom_the_answer_says_nothing_we_know_nothing(workspace, stub, kind):
    send(make(workspace, stub, kind, "one", "missing", "two"))
    found = states()
    assert found["missing"] == "unknown"
    # Where parts of an answer carry no names, a short one says nothing of anybody.
    known = "sent" if kind in ("postmark", "mailjet") else "unknown"
    assert (found["one"], found["two"]) == (known, known)
    send_again(workspace)
    assert len(stub.accepted) == 3


def send_again(workspace):
    campaign = workspace.campaigns.get()
    assert not transport.work(campaign.pk, seconds=5)


@pytest.mark.parametrize("kind", [kind for kind in BATCHED if kind != "resend"])
@pytest.mark.parametrize("fate", ["lost-answer", "cut", "garbled", "silent"])
def test_an_answer_that_is_lost_leaves_the_batch_unknown_and_it_is_not_sent_again(
    workspace, stub, kind, fate
):
    if (kind, fate) == ("sendgrid", "garbled"):
        return  # It says all with its status.
    send(make(workspace, stub, kind, "one", fate, "two"))
    assert set(states().values()) == {"unknown"}
    assert len(stub.accepted) == 3
    send_again(workspace)
    assert len(stub.accepted) == 3


@pytest.mark.parametrize("fate", ["lost-answer", "cut", "garbled", "silent"])
def test_with_a_key_the_same_batch_is_asked_for_again(workspace, stub, fate):
    send(make(workspace, stub, "resend", "one", fate, "two"))
    assert set(states().values()) == {"sent"}
    assert len(stub.accepted) == 3
    assert stub.requests == 2
    [key] = stub.keys
    assert len(key) == 128


@pytest.mark.parametrize("status", [408, 422])
def test_a_no_to_the_repetition_of_a_batch_sends_nobody_of_it_a_mail_of_their_own(
    workspace, stub, monkeypatch, status
):
    """The first time all of it may have been taken, under a key that one mail alone has not."""
    told: Answer = (status, {}, '{"name": "validation_error", "message": "no"}')
    monkeypatch.setitem(WIRES, "resend", dataclasses.replace(WIRES["resend"], again=told))
    send(make(workspace, stub, "resend", "one", "lost-answer", "two"))
    assert len(stub.accepted) == 3
    assert set(states().values()) == {"unknown"}


@BATCHES
def test_a_provider_that_asks_for_time_gets_it_and_nobody_is_counted(workspace, stub, kind):
    send(make(workspace, stub, kind, "one", "slow-down", "two"))
    assert set(states().values()) == {"pending"}
    assert set(Delivery.objects.values_list("attempt", flat=True)) == {0}
    assert Cooldown.objects.exists()


def test_a_fuller_mail_than_sendgrid_takes_values_for_goes_alone(workspace, stub):
    story = "{% if contact.first_name == 'Long' %}" + "a long story " * 400 + "{% endif %}"
    body = f"Hello {story} and [read](https://example.com/)"
    campaign = make(workspace, stub, "sendgrid", "one", "two", body=body)
    long = world.make_contact(
        workspace,
        on=campaign.lists.get(),
        email="long@example.com",
        first_name="Long",
    )
    send(campaign)
    assert set(states().values()) == {"sent"}
    assert stub.requests == 2
    assert long.email in stub.recipients()


def test_an_address_that_others_may_write_another_way_goes_alone(workspace, stub):
    campaign = make(workspace, stub, "mailgun", "one", "two")
    world.make_contact(workspace, on=campaign.lists.get(), email="o'hara@example.com")
    send(campaign)
    assert set(states().values()) == {"sent"}
    assert stub.requests == 2


@pytest.mark.parametrize("read", [way.read for way in lists.WAYS.values()])
@pytest.mark.parametrize("answer", [None, 1, "x", {}, [1], {"data": 1}, {"Messages": {}}])
def test_an_answer_of_another_shape_is_not_taken_for_one(read, answer):
    assert read(answer, []) in (None, [])
