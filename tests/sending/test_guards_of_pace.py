"""The guards of held parts and of the first few newcomers are missed when they are taken away.

As in `test_guards`: with the guard a story ends well, with its SQL in a broken form it does not.
"""

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import NamedTuple

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.sending.models import Alarm, Canary, Delivery
from campaigns.sending.pacing import parts
from campaigns.sending.querysets import canaries, holding
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db

Story = Callable[[Workspace], None]
SIZE = 2


def moments(campaign: Campaign) -> list[object]:
    return list(campaign.deliveries.order_by("pk").values_list("next_at", flat=True))


def let_go_what_nobody_held(workspace):
    campaign = stage.make_sending(workspace, people=3)
    before = moments(campaign)
    assert holding.let_some_go(campaign.pk, "other", 3) == 0
    assert moments(campaign) == before


def hold_one_of_two_parts(workspace):
    campaign = stage.make_sending(workspace, people=1)
    stage.make_delivery(campaign, world.make_contact(workspace, email="a@gmail.com"))
    assert holding.hold(campaign.pk, "gmail") == 1
    assert campaign.deliveries.claimable().get().domain == "example.com"


def let_a_few_of_a_part_go(workspace):
    campaign = stage.make_sending(workspace, people=3)
    holding.hold(campaign.pk, "other")
    assert holding.let_some_go(campaign.pk, "other", 1) == 1
    assert holding.count_held(campaign.pk, "other") == 2


def let_a_few_go_row_by_row(workspace):
    """As the planner joins small tables that it knows nothing of yet."""
    campaign = stage.make_sending(workspace, people=3)
    holding.hold(campaign.pk, "other")
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        assert holding.let_some_go(campaign.pk, "other", 1) == 1


def held_for_a_worker(workspace, **facts):
    campaign = stage.make_sending(workspace, people=0, sender=world.make_sender(workspace))
    Alarm.objects.create(campaign=campaign, cause="blocks", **facts)
    assert campaign.sender is not None
    return holding.brakes(campaign.pk, campaign.sender.pk, campaign.sender.provider_id)[2]


def go_on_with_a_part_that_was_lifted(workspace):
    assert not held_for_a_worker(workspace, mailbox="gmail", lifted_at=timezone.now())


def let_the_few_through_that_are_tried(workspace):
    assert not held_for_a_worker(workspace, mailbox="gmail", released=20)


def go_on_when_a_whole_campaign_was_stopped_before(workspace):
    assert not held_for_a_worker(workspace, mailbox="")


def out(workspace, status="sending", **facts):
    """A campaign whose first few are out, or some of them."""
    campaign = stage.make_sending(workspace, people=5)
    Campaign.objects.filter(pk=campaign.pk).update(status=status)
    Canary.objects.create(campaign=campaign, **({"size": SIZE} | facts))
    return campaign


def begin_again_while_some_are_out(workspace):
    campaign = out(workspace, taken=1)
    assert not canaries.begin_again(campaign.pk, size=SIZE)
    assert canaries.take(campaign.pk, 5, minutes=1) == 1


def begin_again_behind_a_pause(workspace):
    campaign = out(workspace, "paused", ended_at=timezone.now())
    assert not canaries.begin_again(campaign.pk, size=SIZE)


def count_the_newcomers_from_none(workspace):
    campaign = out(workspace, taken=SIZE, ended_at=timezone.now())
    assert canaries.begin_again(campaign.pk, size=SIZE)
    assert canaries.take(campaign.pk, 1, minutes=1) == 1


def let_newcomers_wait_their_own_time(workspace):
    past = timezone.now() - timedelta(hours=1)
    campaign = out(workspace, taken=SIZE, waits_until=past, ended_at=past)
    assert canaries.begin_again(campaign.pk, size=SIZE)
    assert canaries.end_due() == []


def take_no_more_than_the_few(workspace):
    campaign = out(workspace)
    assert canaries.take(campaign.pk, 5, minutes=1) == SIZE
    assert canaries.take(campaign.pk, 5, minutes=1) == 0


def take_freely_when_it_is_over(workspace):
    assert canaries.take(out(workspace, ended_at=timezone.now()).pk, 5, minutes=1) is None


def release_behind_a_pause(workspace):
    out(workspace, "paused", taken=SIZE, waits_until=timezone.now() - timedelta(minutes=1))
    assert canaries.end_due() == []


def release_too_early(workspace):
    out(workspace, taken=SIZE, waits_until=timezone.now() + timedelta(minutes=1))
    assert canaries.end_due() == []


def first(campaign, n):
    return set(campaign.deliveries.order_by("next_at", "pk").values_list("pk", flat=True)[:n])


def prefer_newcomers_to_who_still_waits(workspace):
    campaign = stage.make_sending(workspace, people=3)
    new = [stage.make_delivery(campaign, world.make_contact(workspace)).pk for _ in range(SIZE)]
    canaries.prefer(campaign.pk, size=SIZE, after=min(new) - 1)
    assert first(campaign, SIZE) == set(new)


def prefer_nobody_before_their_hour(workspace):
    campaign = stage.make_sending(workspace, people=2)
    _early, late = campaign.deliveries.order_by("pk")
    hour = timezone.now() + timedelta(hours=1)
    Delivery.objects.filter(pk=late.pk).update(next_at=hour)
    canaries.prefer(campaign.pk, size=SIZE)
    assert moments(campaign)[1] == hour


class Mutant(NamedTuple):
    """A guard, the story that needs it, where its SQL is, and what stands there instead."""

    guard: str
    story: Story
    module: ModuleType
    constant: str
    changes: dict[str, str]


MUTANTS = [
    Mutant("only what is held", let_go_what_nobody_held, holding, "MOVE",
           {"AND next_at {than} statement_timestamp() + {half}": ""}),
    Mutant("only that part", hold_one_of_two_parts, holding, "MOVE",
           {"{mailbox}": "(true OR {mailbox})"}),
    Mutant("only a few", let_a_few_of_a_part_go, holding, "MOVE",
           {"LIMIT %(limit)s": "LIMIT 9 + 0 * %(limit)s"}),
    Mutant("a few are chosen once", let_a_few_go_row_by_row, holding, "MOVE",
           {"WITH chosen AS MATERIALIZED":
            "UPDATE sending_delivery SET next_at = next_at {sign} {far} WHERE id IN",
            "UPDATE sending_delivery d SET next_at = d.next_at {sign} {far}"
            " FROM chosen WHERE d.id = chosen.id": ""}),
    Mutant("lifted is not held", go_on_with_a_part_that_was_lifted, holding, "BRAKES",
           {"lifted_at IS NULL": "true"}),
    Mutant("tried is not held", let_the_few_through_that_are_tried, holding, "BRAKES",
           {"AND released = 0": ""}),
    Mutant("a campaign is no part", go_on_when_a_whole_campaign_was_stopped_before, holding,
           "BRAKES", {"AND mailbox <> ''": ""}),
    Mutant("one few at a time", begin_again_while_some_are_out, canaries, "BEGIN_AGAIN",
           {"c.ended_at IS NOT NULL": "true"}),
    Mutant("newcomers of what goes on", begin_again_behind_a_pause, canaries, "BEGIN_AGAIN",
           {"AND status IN ('sending', 'sent')": ""}),
    Mutant("newcomers by themselves", count_the_newcomers_from_none, canaries, "BEGIN_AGAIN",
           {"taken = 0": "taken = c.taken"}),
    Mutant("newcomers wait anew", let_newcomers_wait_their_own_time, canaries, "BEGIN_AGAIN",
           {"waits_until = NULL": "waits_until = c.waits_until"}),
    Mutant("no more than the few", take_no_more_than_the_few, canaries, "TAKE",
           {"LEAST(%(n)s, size - taken)": "%(n)s"}),
    Mutant("over is over", take_freely_when_it_is_over, canaries, "TAKE",
           {"AND ended_at IS NULL": ""}),
    Mutant("a pause holds the rest", release_behind_a_pause, canaries, "END_DUE",
           {"AND k.status = 'sending'": ""}),
    Mutant("the wait", release_too_early, canaries, "END_DUE",
           {"c.waits_until <= clock_timestamp()": "true"}),
    Mutant("the first are newcomers", prefer_newcomers_to_who_still_waits, canaries, "PREFER",
           {"d.id > %(after)s": "d.id > 0 * %(after)s"}),
    Mutant("their own hour", prefer_nobody_before_their_hour, canaries, "PREFER",
           {"AND d.next_at <= statement_timestamp()": ""}),
]  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.guard for mutant in MUTANTS])
def test_a_guard_that_is_taken_away_is_missed(mutant, workspace, monkeypatch):
    mutant.story(workspace)
    sql = getattr(mutant.module, mutant.constant)
    for old, new in mutant.changes.items():
        assert old in sql
        sql = sql.replace(old, new)
    monkeypatch.setattr(mutant.module, mutant.constant, sql)
    with pytest.raises((AssertionError, IntegrityError)), transaction.atomic():
        mutant.story(workspace)


def begin_a_try_by_two_ticks(workspace):
    """Both have seen the same alarm; only one of them may let the first few go."""
    campaign = stage.make_sending(workspace, people=5)
    facts = {"cause": "blocks", "mailbox": "other", "retry_at": timezone.now()}
    alarm = Alarm.objects.create(campaign=campaign, **facts)
    holding.hold(campaign.pk, "other")
    seen = [Alarm.objects.select_related("campaign__workspace").get(pk=alarm.pk) for _ in "ab"]
    assert [parts._step(one, None, is_due=True) for one in seen] == [True, False]


def test_a_tick_that_believes_what_it_saw_is_missed(workspace, monkeypatch):
    begin_a_try_by_two_ticks(workspace)
    mine = Alarm.objects.filter
    monkeypatch.setattr(parts, "_update", lambda alarm, **facts: mine(pk=alarm.pk).update(**facts))
    with pytest.raises(AssertionError):
        begin_a_try_by_two_ticks(workspace)
