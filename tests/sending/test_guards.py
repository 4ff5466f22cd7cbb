"""Every guard of the ledger is missed when it is taken away: its story ends badly then.

A story is a run of the machine that is written down, and a mutant is the guard's SQL in a
broken form. With the guard the story ends well; without it a promise of the machine breaks.
"""

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import NamedTuple

import pytest
from django.db import connection

from campaigns.composing.models import Campaign
from campaigns.sending import again as verbs
from campaigns.sending.models import Delivery
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.querysets import again, joining, ledger, moves, reasons
from tests.sending.machine import DEFINITE, PEOPLE, Ledger

pytestmark = pytest.mark.django_db(transaction=True)

Story = Callable[[Ledger], None]


def intend_after_the_lease(machine):
    machine.claim("one", PEOPLE)
    machine.time_passes()
    machine.intend("one")


def intend_with_a_strangers_token(machine):
    """Both believe that they hold the rows; only one may be told so."""
    machine.be_frozen_and_overtaken("one", False)
    while machine.granted["one"]:
        machine.hand_over("one", "taken")


def steal_a_claim(machine):
    machine.claim("one", PEOPLE)
    machine.time_passes()
    machine.reap()
    machine.claim("two", PEOPLE)
    machine.intend("one")
    assert machine.granted["one"] == []


def pause_before_the_intent(machine):
    machine.claim("one", PEOPLE)
    machine.pause()
    machine.intend("one")


def edit_before_the_intent(machine):
    machine.claim("one", PEOPLE)
    machine.pause()
    machine.resume(True)
    machine.intend("one")
    assert machine.granted["one"] == []


def edit_before_the_claim(machine):
    machine.pause()
    machine.resume(True)
    machine.claim("one", PEOPLE)
    machine.intend("one")
    assert len(machine.granted["one"]) == PEOPLE


def leave_before_the_intent(machine):
    machine.claim("one", PEOPLE)
    machine.leave(1)
    machine.intend("one")


def complain_before_the_intent(machine):
    machine.claim("one", PEOPLE)
    machine.suppress(0)
    machine.intend("one")


def die_with_an_intent(machine):
    machine.work("one", "taken", False)
    machine.die_and_be_reaped("one")
    machine.work("two", "taken", True)


def be_orphaned_with_an_intent(machine):
    machine.work("one", "taken", False)
    for claim in list(machine.claims.values()):
        moves.let_go(claim._token)
    machine.kill("one")
    machine.time_passes()
    moves.reap_orphans(timedelta(0), "")
    machine.work("two", "taken", True)


def lose_an_answer(machine):
    machine.work("one", "lost, but taken", True)
    machine.work("two", "taken", True)


def answer_after_the_end(machine):
    """A refusal for now that comes when the campaign is over reopens nothing."""
    machine.work("one", "later", False)
    machine.time_passes()
    machine.reap()
    machine.finish()
    machine.settle("one")


def answer_for_another(machine):
    """The first worker is frozen with its answer; the rows are another's by now."""
    machine.work("one", "lost, but taken", False)
    machine.time_passes()
    machine.reap()
    machine.resend_to_the_unconfirmed()
    machine.work("two", "taken", False)
    late = [(row, Outcome(Verdict.DEFERRED)) for row, _outcome in machine.answers["one"]]
    machine.answers["one"] = late
    machine.settle("one")
    machine.work("one", "taken", True)


def finish_while_one_waits(machine):
    machine.finish()


def finish_while_one_is_held(machine):
    machine.claim("one", PEOPLE)
    machine.finish()


def finish_while_one_is_handed_over(machine):
    machine.claim("one", PEOPLE)
    machine.intend("one")
    machine.finish()


def retry_what_was_taken(machine):
    machine.work("one", "taken", True)
    with connection.cursor() as cursor:
        kinds = f"SELECT f.*, {reasons.KIND} AS kind FROM ({reasons.FAILURE}) f"
        cursor.execute(f"SELECT {reasons.KEY} FROM ({kinds}) f")
        keys = [key for (key,) in cursor.fetchall()]
    verbs.retry(machine.campaign, keys, as_of=again.now())
    machine.work("one", "taken", True)


def retry_after_the_end(machine):
    machine.work("one", "refused", True)
    machine.finish()
    machine.retry_the_failed()


def retry_after_the_cancel(machine):
    machine.work("one", "refused", True)
    Campaign.objects.update(status="cancelled")
    machine.retry_the_failed()
    assert not Delivery.objects.open().exists()


def resend_what_was_taken(machine):
    machine.work("one", "taken", True)
    machine.resend_to_the_unconfirmed()
    machine.work("one", "taken", True)


def doubt_under_hold(machine):
    machine.work("one", "lost", True)
    machine.let_the_policy_act()


def doubt_twice(machine):
    machine.teardown()
    machine.begin("retry")
    for _ in range(2):
        machine.work("one", "lost, but taken", True)
        machine.let_the_policy_act()


def join_twice(machine):
    machine.work("one", "taken", True)
    machine.join()
    machine.send_to_joined()
    machine.work("one", "taken", True)
    machine.send_to_joined()
    machine.work("one", "taken", True)


class Mutant(NamedTuple):
    """A guard, the story that needs it, where its SQL is, and what stands there instead."""

    guard: str
    story: Story
    module: ModuleType
    constant: str
    changes: dict[str, str]


HELD = "d.state = 'claimed' AND d.claim_token = %(token)s"
OWN = "d.claim_token = %(token)s AND d.state = 'sending'"
LEASE = "h.until > clock_timestamp()"
DOUBT = "'unknown', done_at = clock_timestamp(), unknown_since = clock_timestamp()"
WAITS = "'pending', next_at = clock_timestamp()"
OPEN = "('pending', 'claimed', 'sending')"
MUTANTS = [
    Mutant("the lease", intend_after_the_lease, ledger, "EXCHANGE", {LEASE: "true"}),
    Mutant("the token", steal_a_claim, ledger, "EXCHANGE",
           {HELD: "d.state = 'claimed'", LEASE: "true"}),
    Mutant("one at a time", intend_with_a_strangers_token, ledger, "EXCHANGE",
           {HELD: "d.state IN ('claimed', 'sending')", LEASE: "true"}),
    Mutant("running", pause_before_the_intent, ledger, "EXCHANGE",
           {"k.status = 'sending'": "true"}),
    Mutant("the content of the day", edit_before_the_intent, ledger, "EXCHANGE",
           {f"d.revision = {ledger.CONTENT}": f"{ledger.CONTENT} IS NOT NULL"}),
    Mutant("claims take the newest content", edit_before_the_claim, ledger, "CLAIM",
           {"revision = k.revision": "revision = d.revision"}),
    Mutant("subscribed", leave_before_the_intent, ledger, "EXCHANGE", {ledger.WANTED: "true"}),
    Mutant("unsuppressed", complain_before_the_intent, ledger, "EXCHANGE",
           {ledger.WANTED: "true"}),
    Mutant("intents never wait again", die_with_an_intent, moves, "REAP_INTENTS", {DOUBT: WAITS}),
    Mutant("orphans never wait again", be_orphaned_with_an_intent, moves, "REAP_ORPHANS",
           {DOUBT: WAITS}),
    Mutant("settle what is being sent", answer_after_the_end, ledger, "EXCHANGE",
           {OWN: "d.claim_token = %(token)s"}),
    Mutant("settle one's own", answer_for_another, ledger, "EXCHANGE",
           {OWN: "d.state = 'sending'"}),
    Mutant("late answers to what goes on", answer_after_the_end, ledger, "UPGRADE",
           {"k.status IN ('sending', 'paused')": "true"}),
    Mutant("finished: none waits", finish_while_one_waits, moves, "FINISH",
           {"next_at IS NOT NULL": "false", OPEN: "('claimed', 'sending')"}),
    Mutant("finished: none is held", finish_while_one_is_held, moves, "FINISH",
           {OPEN: "('pending', 'sending')", "('claimed', 'sending')": "('sending')"}),
    Mutant("finished: none is handed over", finish_while_one_is_handed_over, moves, "FINISH",
           {OPEN: "('pending', 'claimed')", "('claimed', 'sending')": "('claimed')"}),
    Mutant("retry the failed only", retry_what_was_taken, again, "RETRY",
           {"d.state IN ('failed', 'expired')": "d.state IN ('failed', 'sent')"}),
    Mutant("send again the unknown only", resend_what_was_taken, again, "RESEND",
           {"d.state = 'unknown'": "d.state IN ('unknown', 'sent')"}),
    Mutant("hold is hold", doubt_under_hold, again, "RESEND_DUE",
           {"k.on_unknown = 'retry'": "true"}),
    Mutant("no more than twice", doubt_twice, again, "RESEND_DUE", {"d.resends = 0": "true"}),
    Mutant("take back the left out only", join_twice, joining, "TAKE_BACK",
           {"d.state = 'suppressed'": "d.state = 'sent'"}),
]  # fmt: skip


def tell(story: Story) -> None:
    """Run the story, and hold all promises against how it ends."""
    machine = Ledger()
    machine.begin()
    try:
        story(machine)
        for promise in machine.invariants:
            promise.function(machine)
    finally:
        machine.teardown()


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.guard for mutant in MUTANTS])
def test_a_guard_that_is_taken_away_is_missed(mutant, monkeypatch):
    tell(mutant.story)
    sql = getattr(mutant.module, mutant.constant)
    for old, new in mutant.changes.items():
        assert old in sql
        sql = sql.replace(old, new)
    monkeypatch.setattr(mutant.module, mutant.constant, sql)
    with pytest.raises(AssertionError):
        tell(mutant.story)


def test_a_lost_answer_taken_for_a_refusal_is_missed(monkeypatch):
    tell(lose_an_answer)
    monkeypatch.setitem(DEFINITE, "lost, but taken", Verdict.DEFERRED)
    with pytest.raises(AssertionError):
        tell(lose_an_answer)


def test_a_retry_that_does_not_reopen_the_campaign_is_missed(monkeypatch):
    tell(retry_after_the_end)
    monkeypatch.setattr(again, "reopen", lambda *_args, **_options: False)
    with pytest.raises(AssertionError):
        tell(retry_after_the_end)


def test_a_retry_of_what_was_cancelled_is_missed(monkeypatch):
    tell(retry_after_the_cancel)
    monkeypatch.setattr(again, "locked", lambda pk, *_statuses: Campaign.objects.get(pk=pk))
    with pytest.raises(AssertionError):
        tell(retry_after_the_cancel)
