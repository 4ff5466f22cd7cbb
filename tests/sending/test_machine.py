"""The ledger under every order of events: two workers, zombies, the reaper, people, evidence.

Hypothesis chooses what happens next; the code under test is the real one on PostgreSQL.
Whatever happens: a provider takes a mail at most once, `sent` is never a guess, nothing
gets lost, and a campaign is not finished while a row is open.
"""

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.audience.models import Subscription, Suppression
from campaigns.composing.models import Campaign
from campaigns.sending.claiming import Claim
from campaigns.sending.models import Delivery
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import result
from campaigns.sending.querysets import ledger, moves
from tests import world
from tests.sending import stage

PEOPLE = 3
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "25"))
WORKERS = st.sampled_from(["one", "two"])
DEFINITE = {
    "taken": Verdict.SENT,
    "refused": Verdict.REFUSED,
    "later": Verdict.DEFERRED,
    "lost": Verdict.UNKNOWN,
    "lost, but taken": Verdict.UNKNOWN,
}


class Ledger(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        workspace = world.make_workspace()
        self.campaign = stage.make_sending(workspace, people=PEOPLE)
        self.claims: dict[str, Claim] = {}
        self.gone = False
        # What a worker has permission to hand over and has not handed over yet.
        self.granted: dict[str, list[Any]] = {"one": [], "two": []}
        self.answers: dict[str, list[Any]] = {"one": [], "two": []}
        self.taken: Counter[int] = Counter()
        self.refused: Counter[int] = Counter()

    @rule(worker=WORKERS, limit=st.integers(1, PEOPLE))
    def claim(self, worker, limit):
        if not self.granted[worker] and not self.answers[worker]:
            self.claims[worker] = Claim(self.campaign.pk, limit)

    @precondition(lambda self: self.claims)
    @rule(worker=WORKERS)
    def intend(self, worker):
        claim = self.claims.get(worker)
        if claim is not None and not self.granted[worker]:
            self.granted[worker] = claim.intend(claim.rows)

    @precondition(lambda self: any(self.granted.values()))
    @rule(worker=WORKERS, fate=st.sampled_from(sorted(DEFINITE)))
    def hand_over(self, worker, fate):
        if self.granted[worker]:
            row = self.granted[worker].pop()
            if fate in ("taken", "lost, but taken"):
                self.taken[row.id] += 1
            elif fate == "refused":
                self.refused[row.id] += 1
            self.answers[worker].append((row, Outcome(DEFINITE[fate])))

    @precondition(lambda self: any(self.answers.values()))
    @rule(worker=WORKERS)
    def settle(self, worker):
        """Also long after the lease, by a worker that was frozen."""
        answers, self.answers[worker] = self.answers[worker], []
        if answers:
            self.claims[worker].note(result(row, outcome) for row, outcome in answers)
            self.claims[worker].settle()

    @rule(worker=WORKERS)
    def give_back(self, worker):
        if worker in self.claims:
            self.claims[worker].give_back()

    @rule(worker=WORKERS)
    def kill(self, worker):
        """What it held, and what it knew, is gone."""
        self.claims.pop(worker, None)
        self.granted[worker], self.answers[worker] = [], []

    @rule()
    def time_passes(self):
        stage.let_leases_expire()
        Delivery.objects.pending().update(next_at=timezone.now() - timedelta(hours=1))

    @rule(worker=WORKERS, fate=st.sampled_from(sorted(DEFINITE)), settles=st.booleans())
    def work(self, worker, fate, settles):
        """The usual way, so that the unusual meets something."""
        Delivery.objects.filter(state="pending").update(next_at=timezone.now())
        self.claim(worker, PEOPLE)
        self.intend(worker)
        while self.granted[worker]:
            self.hand_over(worker, fate)
        if settles:
            self.settle(worker)

    @rule(worker=WORKERS, settles=st.booleans())
    def be_frozen_and_overtaken(self, worker, settles):
        """A worker that claimed wakes up when another has done its work."""
        other = "two" if worker == "one" else "one"
        self.claim(worker, PEOPLE)
        self.time_passes()
        self.reap()
        self.work(other, "taken", settles)
        self.intend(worker)

    @rule(worker=WORKERS)
    def die_and_be_reaped(self, worker):
        self.kill(worker)
        self.time_passes()
        self.reap()

    @rule()
    def reap(self):
        moves.reap_claims()
        moves.reap_intents(timedelta(minutes=15), "")

    @rule()
    def pause(self):
        Campaign.objects.filter(status="sending").update(status="paused")

    @rule(changed=st.booleans())
    def resume(self, changed):
        if Campaign.objects.filter(status="paused").update(status="sending") and changed:
            revision = Delivery.objects.order_by("-revision")[0].revision + 1
            moves.take_revision(self.campaign.pk, revision)

    @precondition(lambda self: sum(self.taken.values()) > 1)
    @rule()
    def cancel(self):
        running = Campaign.objects.filter(status__in=("sending", "paused"))
        if running.update(status="cancelled"):
            moves.cancel_some(self.campaign.pk, 100)

    @precondition(lambda self: not self.gone)
    @rule(number=st.integers(0, PEOPLE - 1))
    def leave(self, number):
        self.gone = True
        contact = Delivery.objects.order_by("pk")[number].contact
        Subscription.objects.filter(contact=contact).update(
            status="unsubscribed", unsubscribed_at=timezone.now()
        )

    @precondition(lambda self: not self.gone)
    @rule(number=st.integers(0, PEOPLE - 1))
    def suppress(self, number):
        self.gone = True
        contact = Delivery.objects.order_by("pk")[number].contact
        assert contact is not None
        Suppression.objects.get_or_create(
            workspace=self.campaign.workspace, fingerprint=contact.fingerprint, reason="complaint"
        )

    @rule(number=st.integers(0, PEOPLE - 1))
    def see_evidence(self, number):
        delivery = Delivery.objects.order_by("pk")[number]
        if self.taken[delivery.pk]:
            moves.take_evidence(delivery.pk, state="sent", message_id="", reason="")

    @rule()
    def finish(self):
        if moves.finish(self.campaign.pk):
            assert not Delivery.objects.open().exists()

    @invariant()
    def nobody_gets_two(self):
        assert all(times <= 1 for times in self.taken.values())

    @invariant()
    def sent_is_never_a_guess(self):
        sent = Delivery.objects.filter(state="sent").values_list("pk", flat=True)
        assert all(self.taken[pk] for pk in sent)

    @invariant()
    def failed_was_not_taken(self):
        failed = Delivery.objects.filter(state="failed").values_list("pk", flat=True)
        assert not any(self.taken[pk] for pk in failed)

    @invariant()
    def a_finished_campaign_has_no_open_row(self):
        if Campaign.objects.filter(status="sent").exists():
            assert not Delivery.objects.open().exists()

    @invariant()
    def nobody_is_lost(self):
        assert Delivery.objects.count() == PEOPLE

    def teardown(self):
        Campaign.objects.all().delete()
        Suppression.objects.all().delete()


def run():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_the_promises_hold():
    run()


def die_with_an_intent(machine):
    machine.work("one", "taken", False)
    machine.die_and_be_reaped("one")
    machine.work("two", "taken", True)


def be_overtaken(machine):
    machine.be_frozen_and_overtaken("one", False)
    while machine.granted["one"]:
        machine.hand_over("one", "taken")


def finish_too_soon(machine):
    machine.claim("one", PEOPLE)
    machine.intend("one")
    machine.finish()


def lose_an_answer(machine):
    machine.work("one", "lost, but taken", True)
    machine.work("two", "taken", True)


# A story, and the guards without which it ends badly.
DOUBT = "'unknown', done_at = clock_timestamp(), unknown_since = clock_timestamp()"
TOKEN = "d.state = 'claimed' AND d.claim_token = %(token)s"
LEASE = "h.until > clock_timestamp()"
MUTANTS = {
    die_with_an_intent: (
        moves,
        "REAP_INTENTS",
        {DOUBT: "'pending', next_at = clock_timestamp()"},
    ),
    be_overtaken: (
        ledger,
        "EXCHANGE",
        {TOKEN: "d.state IN ('claimed', 'sending')", LEASE: "true"},
    ),
    finish_too_soon: (moves, "FINISH", {"'sending')": "'')"}),
    lose_an_answer: None,
}


def tell(story):
    machine = Ledger()
    machine.begin()
    story(machine)
    machine.nobody_gets_two()
    machine.teardown()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("story", MUTANTS)
def test_a_guard_that_is_taken_away_is_missed(story, monkeypatch):
    """The stories end well, and badly without the guard that each is about."""
    tell(story)
    mutant = MUTANTS[story]
    if mutant is None:
        monkeypatch.setitem(DEFINITE, "lost, but taken", Verdict.DEFERRED)
    else:
        module, constant, changes = mutant
        sql = getattr(module, constant)
        for old, new in changes.items():
            assert old in sql
            sql = sql.replace(old, new)
        monkeypatch.setattr(module, constant, sql)
    with pytest.raises(AssertionError):
        tell(story)
