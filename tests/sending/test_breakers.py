"""Breakers trip at their figures, soon, and hold no more than they have to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail as system_mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from campaigns.accounts.models import AuditEntry, Provider
from campaigns.composing.models import Campaign
from campaigns.sending import launch, steering, tasks, transport
from campaigns.sending.claiming import Claim
from campaigns.sending.models import Alarm, Delivery, Tally
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import alarms, answers, breakers
from campaigns.sending.querysets import holding, moves, signals
from campaigns.sending.querysets.signals import Answers
from tests import world
from tests.sending import provider_stub, stage
from tests.sending.test_webhooks import postmark_event, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch):
    """The doorbells that were rung, in place of a broker."""
    heard = []
    for task in (tasks.send_campaign, tasks.launch_campaign, tasks.tell_owners):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: heard.append(args))
    return heard


def start(campaign, locals_, domain="example.com"):
    """Launch to these local parts: the sink's fault, or a plain name, and how many of it."""
    for name, count in locals_.items():
        for n in range(count):
            world.make_contact(
                campaign.workspace, on=campaign.lists.get(), email=f"{name}-{n}@{domain}"
            )


def go(campaign):
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def send(campaign):
    while transport.work(campaign.pk, seconds=30):
        pass
    campaign.refresh_from_db()


def spread_out(campaign):
    """Mix good and bad as a list does: 25 refusals in a row are another matter."""
    Delivery.objects.filter(campaign=campaign).update(next_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sending_delivery SET next_at = next_at - random() * interval '1 hour'"
        )


def handed_over(workspace, people):
    """A campaign whose mails are out, as far as it goes: others may follow."""
    campaign = stage.make_sending(workspace, people=people)
    taken(campaign, people)
    return campaign


def taken(campaign, n, mailbox="other", **answers):
    """Let the next `n` be taken by their servers, and a lane add them up."""
    signals.add(campaign.pk, {mailbox: Answers(handed=n, **answers)}, age=1)
    now = timezone.now()
    pending = campaign.deliveries.pending().order_by("pk").values("pk")[:n]
    stage.become(Delivery.objects.filter(pk__in=pending), "sent", done_at=now, sending_at=now)


def some(campaign, n):
    return list(campaign.deliveries.order_by("pk").values_list("pk", flat=True)[:n])


def test_six_of_a_hundred_dead_addresses_pause_it_at_the_next_tick(draft, sink, rung):
    start(draft, {"fine": 270, "rcpt-550": 18})
    # What is left when the tick comes: nobody of these gets it.
    start(draft, {"late": 20})
    go(draft)
    spread_out(draft)
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.filter(address__startswith="late").update(next_at=later)
    send(draft)
    assert draft.status == Campaign.Status.SENDING
    tasks.tick()
    draft.refresh_from_db()
    assert (draft.status, draft.pause_cause) == (Campaign.Status.PAUSED, "breaker")
    assert "18 of 288 addresses do not exist (6.2 %)" in draft.pause_reason
    assert stage.states(draft)["pending"] == 20
    entry = AuditEntry.objects.get(action="breaker_tripped")
    assert (entry.user, entry.details["counted"], entry.details["handed"]) == (None, 18, 288)


def test_bounces_that_a_provider_tells_count_as_well(workspace):
    campaign = handed_over(workspace, people=300)
    for pk in some(campaign, 18):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    [alarm] = breakers.look()
    assert (alarm.cause, alarm.counted, alarm.handed) == ("hard_bounces", 18, 300)


@pytest.mark.parametrize(("complaints", "trips"), [(1, False), (2, True)])
def test_four_complaints_in_a_thousand_pause_it(workspace, complaints, trips):
    campaign = handed_over(workspace, people=500)
    for pk in some(campaign, complaints):
        moves.note_fact(pk, "complained_at", timezone.now())
    found = breakers.look()
    campaign.refresh_from_db()
    assert [alarm.cause for alarm in found] == (["complaints"] if trips else [])
    assert (campaign.status == "paused") == trips
    if trips:
        assert "2 of 500 people reported the mail as spam (0.4 %)" in campaign.pause_reason


def test_complaints_that_come_in_through_a_providers_door_pause_what_it_sends(
    client, workspace, settings, rung
):
    settings.ALLOW_PRIVATE_HOSTS = True
    with provider_stub.running() as stub:
        provider = Provider(workspace=workspace, name="Postmark", kind="postmark")
        provider.credentials = {"server_token": "token", "api_url": f"{stub.url}/postmark/"}
        provider.save()
        campaign = world.make_campaign(
            workspace,
            sender=world.make_sender(workspace, provider=provider),
            lists=[world.make_list(workspace)],
        )
        stage.make_many(workspace, campaign.lists.get(), 500)
        go(campaign)
        Delivery.objects.filter(pk__in=some(campaign, 20)).update(
            next_at=timezone.now() + timedelta(hours=1)
        )
        send(campaign)
        assert len(stub.accepted) == 480
    sent = Delivery.objects.filter(campaign=campaign, state="sent")
    for delivery in sent[:2]:
        event = postmark_event(delivery, "SpamComplaint", ID=delivery.pk, Email=delivery.address)
        assert tell(client, provider, event).status_code == 200
        assert tell(client, provider, event).status_code == 200
    tasks.tick()
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_cause) == ("paused", "breaker")
    assert "2 of 480 people reported the mail as spam" in campaign.pause_reason
    assert stage.states(campaign)["pending"] == 20


@pytest.mark.parametrize("fact", ["hard_bounced_at", "complained_at"])
def test_fewer_than_two_hundred_say_nothing(workspace, fact):
    campaign = handed_over(workspace, people=199)
    Delivery.objects.filter(campaign=campaign).update(**{fact: timezone.now()})
    assert breakers.look() == []
    stage.make_delivery(campaign, world.make_contact(workspace, on=campaign.lists.get()))
    taken(campaign, 1)
    assert len(breakers.look()) == 1


@pytest.mark.parametrize(
    ("heard", "trips"),
    [
        ({"dead": 14}, False),
        ({"dead": 15}, True),
        ({"errors": 29}, False),
        ({"errors": 30}, True),
        ({"blocked": 29}, False),
        ({"blocked": 30}, True),
    ],
)
def test_the_figures_at_which_they_trip(workspace, heard, trips):
    campaign = stage.make_sending(workspace, people=300)
    taken(campaign, 300, **heard)
    assert bool(breakers.look()) == trips


def test_what_one_mailbox_provider_refuses_is_measured_against_its_own_part(workspace):
    campaign = stage.make_sending(workspace, people=0)
    taken(campaign, 199, "gmail", blocked=100)
    taken(campaign, 5000, "other", blocked=400)
    taken(campaign, 300, "yahoo", blocked=30)
    [alarm] = breakers.look()
    assert (alarm.mailbox, alarm.counted, alarm.handed) == ("yahoo", 30, 300)
    assert breakers.look() == []


@pytest.mark.parametrize(
    ("verdict", "code", "enhanced", "counts"),
    [
        (Verdict.SENT, 250, "2.0.0", Answers(handed=1)),
        (Verdict.REFUSED, 550, "5.1.1", Answers(handed=1, dead=1)),
        (Verdict.REFUSED, 554, "5.7.1", Answers(handed=1, blocked=1)),
        (Verdict.DEFERRED, 451, "4.7.1", Answers(handed=1, blocked=1)),
        (Verdict.REFUSED, 552, "5.3.4", Answers(handed=1, errors=1)),
        (Verdict.UNKNOWN, None, "", Answers(handed=1, errors=1)),
        # Full mailboxes, and servers that are busy, are nobody's fault.
        (Verdict.DEFERRED, 452, "4.2.2", None),
        (Verdict.UNTRIED, None, "", None),
    ],
)
def test_what_an_answer_counts_as(workspace, verdict, code, enhanced, counts):
    campaign = stage.make_sending(workspace, people=1)
    [row] = Claim(campaign.pk, 1).rows
    answers.add_up(campaign.pk, [(row, Outcome(verdict, code, enhanced))], age=0)
    found = Tally.objects.values("handed", "dead", "blocked", "errors").first()
    assert found == (asdict(counts) if counts else None)


def test_a_provider_that_blocks_holds_its_own_part_only(draft, sink, rung, settings):
    settings.SEND_CONNECTIONS = 2
    start(draft, {"fine": 220, "slow-down": 30}, domain="gmail.com")
    start(draft, {"fine": 60, "late": 10})
    start(draft, {"late": 10}, domain="gmail.com")
    go(draft)
    spread_out(draft)
    # Slowing down is another matter: it would take hours to get to the threshold.
    for _ in range(20):
        late = Delivery.objects.filter(address__startswith="late")
        late.update(next_at=timezone.now() + timedelta(hours=1))
        waiting = Delivery.objects.pending().exclude(address__startswith="late")
        waiting.filter(code=None).update(next_at=timezone.now())
        draft.sender.throttles.all().delete()
        send(draft)
    before = set(sink.recipients())
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENDING
    [alarm] = Alarm.objects.all()
    assert (alarm.cause, alarm.mailbox, alarm.counted, alarm.handed) == ("blocks", "gmail", 30, 250)
    assert holding.count_held(draft.pk, "gmail") == 40
    # The moment comes for all that wait: the others go on, these do not.
    held = Delivery.objects.pending().filter(domain="gmail.com")
    Delivery.objects.pending().exclude(pk__in=held).update(next_at=timezone.now())
    send(draft)
    assert {a.partition("@")[2] for a in set(sink.recipients()) - before} == {"example.com"}
    assert draft.status == Campaign.Status.SENDING
    tasks.tick()
    assert Alarm.objects.count() == 1


def test_a_part_that_may_go_on_goes_on_at_its_own_time(workspace, member):
    campaign = stage.make_sending(workspace, people=0)
    soon, later = timezone.now(), timezone.now() + timedelta(hours=5)
    for n, at in enumerate([soon, later]):
        contact = world.make_contact(workspace, email=f"{n}@gmail.com")
        stage.make_delivery(campaign, contact, next_at=at)
    Alarm.objects.create(campaign=campaign, cause="blocks", mailbox="gmail", counted=30, handed=250)
    assert holding.hold(campaign.pk, "gmail") == 2
    assert holding.hold(campaign.pk, "gmail") == 0
    assert not Delivery.objects.claimable().exists()
    assert alarms.lift_part(campaign.pk, "gmail", by=member)
    assert not alarms.lift_part(campaign.pk, "gmail", by=member)
    assert list(Delivery.objects.order_by("next_at").values_list("next_at", flat=True)) == [
        soon,
        later,
    ]


def test_what_a_worker_held_while_its_part_was_stopped_waits_as_well(draft, sink):
    start(draft, {"fine": 20}, domain="gmail.com")
    start(draft, {"fine": 20})
    go(draft)
    Alarm.objects.create(campaign=draft, cause="blocks", mailbox="gmail", counted=30, handed=250)
    send(draft)
    assert len(sink.taken) == 20
    assert holding.count_held(draft.pk, "gmail") == 20


def test_resuming_counts_anew(workspace, sink):
    campaign = handed_over(workspace, people=300)
    for pk in some(campaign, 30):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    assert len(breakers.look()) == 1
    campaign.refresh_from_db()
    campaign.sender = stage.make_smtp_sender(workspace, sink.port)
    campaign.save(update_fields=["sender"])
    assert steering.resume(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_cause) == ("sending", "")
    # The old ones, and what is told of them later, are over and done with.
    for pk in some(campaign, 60):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    assert breakers.look() == []
    for contact in stage.make_people(workspace, campaign.lists.get(), 200):
        stage.make_delivery(campaign, contact)
    taken(campaign, 200)
    new = campaign.deliveries.order_by("-pk").values("pk")[:10]
    Delivery.objects.filter(pk__in=new).update(hard_bounced_at=timezone.now())
    [alarm] = breakers.look()
    assert (alarm.counted, alarm.handed) == (10, 200)


def test_two_ticks_at_once_raise_one_alarm(workspace):
    campaign = handed_over(workspace, people=300)
    for pk in some(campaign, 30):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())

    def beat(_n):
        try:
            return len(breakers.look())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(beat, range(4))) == 1
    assert Alarm.objects.count() == AuditEntry.objects.count() == 1


def test_owners_are_told_once_why_and_what_to_do(workspace, member, system_server):
    world.make_member(workspace, email="reader@example.org", role="reader")
    campaign = handed_over(workspace, people=300)
    for pk in some(campaign, 30):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    breakers.look()
    tasks.tell_owners()
    tasks.tell_owners()
    [letter] = system_server.taken
    assert letter.recipient == member.email
    subject = message_from_bytes(letter.content, policy=default)["Subject"]
    assert subject == f"“{campaign.name}” was stopped"
    assert b"30 of 300 addresses do not exist" in letter.text
    assert b"Remove people who never opened" in letter.text
    assert f"/campaigns/{campaign.pk}/".encode() in letter.text
    assert system_mail.outbox == []


def test_a_system_server_that_is_away_is_tried_again(workspace, member, system_server, settings):
    campaign = stage.make_sending(workspace, people=0)
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    settings.EMAIL_PORT = 1
    tasks.tell_owners()
    assert len(alarms.untold()) == 1
    settings.EMAIL_PORT = system_server.port
    tasks.tell_owners()
    assert system_server.taken == []
    # Some minutes later.
    cache.clear()
    tasks.tell_owners()
    assert len(system_server.taken) == 1
    assert alarms.untold() == []


def test_an_owner_who_cannot_be_reached_doubles_nobody_elses_mail(workspace, member, system_server):
    world.make_member(workspace, email="rcpt-550@example.org")
    campaign = stage.make_sending(workspace, people=0)
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    for _ in range(3):
        cache.clear()
        tasks.tell_owners()
    assert system_server.recipients() == [member.email]
