"""The ledger under every order of events: two workers, zombies, the reaper, people, evidence.

Hypothesis chooses what happens next; the code under test is the real one on PostgreSQL.
Whatever happens: a provider takes a mail at most once, and once more for each time that a
person or the campaign's policy chose so; `sent` is never a guess, nothing gets lost, and a
campaign is not finished while a row is open.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from campaigns.audience.models import Subscription, Suppression
from campaigns.composing.models import Campaign, Revision
from campaigns.sending import again
from campaigns.sending.claiming import Claim
from campaigns.sending.models import Delivery, Lease
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import result
from campaigns.sending.querysets import again as moves_again
from campaigns.sending.querysets import moves, reasons
from tests import world
from tests.sending import stage

PEOPLE = 3
WORKERS = st.sampled_from(["one", "two"])
DEFINITE = {
    "taken": Verdict.SENT,
    "refused": Verdict.REFUSED,
    "later": Verdict.DEFERRED,
    "lost": Verdict.UNKNOWN,
    "lost, but taken": Verdict.UNKNOWN,
}


class Ledger(RuleBasedStateMachine):
    @initialize(policy=st.sampled_from(["hold", "retry"]))
    def begin(self, policy="hold"):
        workspace = world.make_workspace()
        self.campaign = stage.make_sending(workspace, people=PEOPLE, on_unknown=policy)
        Revision.objects.create(workspace=workspace, campaign=self.campaign, number=1)
        self.joined = 0
        self.people = PEOPLE
        self.claims: dict[str, Claim] = {}
        self.gone = False
        # What a worker has permission to hand over and has not handed over yet.
        self.granted: dict[str, list[Any]] = {"one": [], "two": []}
        self.answers: dict[str, list[Any]] = {"one": [], "two": []}
        self.taken: Counter[int] = Counter()
        # How often somebody chose to send again what may have been taken, and the policy did.
        self.allowed: Counter[int] = Counter()
        self.by_policy: Counter[int] = Counter()
        self.left: set[int] = set()

    @rule(worker=WORKERS, limit=st.integers(1, PEOPLE))
    def claim(self, worker, limit):
        if not self.granted[worker] and not self.answers[worker]:
            self.claims[worker] = Claim(self.campaign.pk, limit)

    @precondition(lambda self: self.claims)
    @rule(worker=WORKERS)
    def intend(self, worker):
        claim = self.claims.get(worker)
        if claim is not None and not self.granted[worker]:
            lives = Lease.objects.filter(token=claim._token, until__gt=timezone.now()).exists()
            granted = claim.intend(claim.rows)
            self.granted[worker] = granted
            # The last word counts: a pause, a lease that ran out, a person who left, an edit.
            assert not granted or self._campaign().status == "sending"
            assert not granted or lives
            assert not {row.contact_id for row in granted} & self.left
            assert {row.revision for row in granted} <= {self._campaign().revision}

    @precondition(lambda self: any(self.granted.values()))
    @rule(worker=WORKERS, fate=st.sampled_from(sorted(DEFINITE)))
    def hand_over(self, worker, fate):
        if self.granted[worker]:
            row = self.granted[worker].pop()
            if fate in ("taken", "lost, but taken"):
                self.taken[row.id] += 1
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

    @rule()
    def a_day_passes(self):
        long_ago = timezone.now() - timedelta(hours=25)
        Delivery.objects.filter(first_tried_at__isnull=False).update(first_tried_at=long_ago)

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
        paused = Campaign.objects.filter(status="paused")
        paused.update(status="sending", revision=F("revision") + int(changed))

    @precondition(lambda self: sum(self.taken.values()) > 1)
    @rule()
    def cancel(self):
        running = Campaign.objects.filter(status__in=("sending", "paused"))
        if running.update(status="cancelled"):
            moves.cancel_some(self.campaign.pk, 100)

    @precondition(lambda self: not self.gone)
    @rule(number=st.integers(0, PEOPLE - 1))
    def leave(self, number):
        contact = self._go(number)
        Subscription.objects.filter(contact=contact).update(
            status="unsubscribed", unsubscribed_at=timezone.now()
        )

    @precondition(lambda self: not self.gone)
    @rule(number=st.integers(0, PEOPLE - 1))
    def suppress(self, number):
        contact = self._go(number)
        Suppression.objects.get_or_create(
            workspace=self.campaign.workspace, fingerprint=contact.fingerprint, reason="complaint"
        )

    @precondition(lambda self: self.gone)
    @rule()
    def come_back(self):
        self.left.clear()
        Suppression.objects.all().delete()
        Subscription.objects.update(status="subscribed", unsubscribed_at=None)

    @precondition(lambda self: self.joined < 2)
    @rule()
    def join(self):
        self.joined += 1
        stage.make_people(self.campaign.workspace, self.campaign.lists.get(), 1)

    @rule()
    def send_to_joined(self):
        left_out = Delivery.objects.filter(state="suppressed").count()
        added = again.send_to_joined(self.campaign)
        self.people = max(self.people, Delivery.objects.count())
        assert added <= left_out + self.joined
        assert self.people <= PEOPLE + self.joined

    @rule()
    def retry_the_failed(self):
        keys = [row.key for row in reasons.groups(self.campaign.pk)]
        again.retry(self.campaign, keys, as_of=moves_again.now())

    @rule()
    def resend_to_the_unconfirmed(self):
        """A person was told that some may get it twice."""
        with self._allowing() as chosen:
            again.resend_unconfirmed(self.campaign, as_of=moves_again.now())
        self.allowed.update(chosen)

    @rule()
    def let_the_policy_act(self):
        before = list(Delivery.objects.order_by("pk").values())
        with self._allowing() as chosen:
            wait, longest = timedelta(seconds=-1), timedelta(days=9)
            moves_again.resend_due(self.campaign.pk, wait=wait, longest=longest)
        self.allowed.update(chosen)
        self.by_policy.update(chosen)
        if self.campaign.on_unknown == "hold":
            assert list(Delivery.objects.order_by("pk").values()) == before

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
        """Nor more than somebody chose, and by the policy no more than twice."""
        assert all(times <= 1 + self.allowed[pk] for pk, times in self.taken.items())
        assert all(times <= 1 for times in self.by_policy.values())

    @invariant()
    def sent_is_never_a_guess(self):
        sent = Delivery.objects.filter(state="sent").values_list("pk", flat=True)
        assert all(self.taken[pk] for pk in sent)

    @invariant()
    def failed_was_not_taken(self):
        """But perhaps at an earlier time, of which nobody could know."""
        failed = Delivery.objects.filter(state__in=("failed", "expired", "suppressed"), resends=0)
        assert not any(self.taken[pk] for pk in failed.values_list("pk", flat=True))

    @invariant()
    def a_finished_campaign_has_no_open_row(self):
        if Campaign.objects.filter(status="sent").exists():
            assert not Delivery.objects.open().exists()

    @invariant()
    def nobody_is_lost(self):
        assert Delivery.objects.count() == self.people

    def _campaign(self):
        return Campaign.objects.get(pk=self.campaign.pk)

    def _go(self, number):
        self.gone = True
        contact = Delivery.objects.order_by("pk")[number].contact
        assert contact is not None
        self.left.add(contact.pk)
        return contact

    @contextmanager
    def _allowing(self) -> Iterator[list[int]]:
        """Collect the unconfirmed that were chosen to be sent again."""
        unknown = set(Delivery.objects.unknown().values_list("pk", flat=True))
        chosen: list[int] = []
        yield chosen
        chosen += unknown - set(Delivery.objects.unknown().values_list("pk", flat=True))

    def teardown(self):
        Campaign.objects.all().delete()
        Suppression.objects.all().delete()
