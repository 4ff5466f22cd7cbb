"""All pairs of one reason become one person each: counted before, stopped on request, once."""

from __future__ import annotations

import json
import os
import signal

import pytest
from django.db import connection
from django.urls import reverse

from campaigns.accounts.models import AuditEntry, Workspace
from campaigns.audience.duplicates import looking, sweeping
from campaigns.audience.models import Field, Merger, Sweep
from tests import world
from tests.audience import doomed_import
from tests.audience.duplicates.pairs import put_on, say, status_on

PAGE = reverse("audience:duplicates")
CONFIRM = reverse("audience:sweep")


def pairs_of(workspace: Workspace, count: int) -> None:
    """Pairs of the reason “tagged”, and one of the reason “name”, looked for and found."""
    for number in range(count):
        world.make_contact(workspace, email=f"box{number}@x.org", first_name=f"Box {number}")
        world.make_contact(workspace, email=f"box{number}+shop@x.org", country="NL")
    for number in (1, 2):
        world.make_contact(workspace, email=f"jo{number}@y.org", first_name="Jo", last_name="Ray")
    looking.ask(workspace)
    looking.look(workspace.pk)


def begin(workspace: Workspace, member) -> Sweep:
    upto = sweeping.pairs(workspace, "tagged").upto
    begun = sweeping.start(workspace, "tagged", upto, member)
    assert begun is not None
    return begun


@pytest.mark.django_db
def test_a_member_sees_how_many_says_yes_and_follows_it(alice, workspace):
    pairs_of(workspace, 3)
    assert f"{CONFIRM}?reason=tagged" in alice.get(PAGE, {"reason": "tagged"}).text
    page = alice.get(CONFIRM, {"reason": "tagged"})
    assert "Merge 3 pairs for good" in page.text
    assert not Sweep.objects.exists()
    alice.post(CONFIRM, {"reason": "tagged", "upto": page.context["pairs"].upto})
    sweep = Sweep.objects.get()
    assert "0 of 3 pairs" in alice.get(PAGE).text
    sweeping.run(sweep.pk)
    assert "3 of 3 pairs were merged" in alice.get(PAGE).text
    assert workspace.contacts.count() == 3 + 2
    kept = Merger.objects.get(email="box0+shop@x.org").contact
    assert (kept.email, kept.first_name, kept.country) == ("box0@x.org", "Box 0", "NL")
    entry = AuditEntry.objects.get(action="duplicates_swept")
    assert entry.details == {"reason": "tagged", "pairs": 3}


@pytest.mark.django_db
def test_those_of_a_name_alone_are_not_merged_at_once(alice, workspace):
    pairs_of(workspace, 0)
    assert CONFIRM not in alice.get(PAGE, {"reason": "name"}).text
    alice.post(CONFIRM, {"reason": "name", "upto": 10**9})
    assert not Sweep.objects.exists()


@pytest.mark.django_db
def test_pairs_that_nobody_has_seen_counted_are_left_alone(workspace, member):
    pairs_of(workspace, 2)
    sweep = begin(workspace, member)
    world.make_contact(workspace, email="late@x.org")
    world.make_contact(workspace, email="late+shop@x.org")
    looking.ask(workspace)
    looking.look(workspace.pk)
    sweeping.run(sweep.pk)
    assert Merger.objects.count() == 2
    assert sweeping.pairs(workspace, "tagged").count == 1


@pytest.mark.django_db
def test_it_is_stopped_and_what_is_merged_stays_so(alice, workspace, member):
    pairs_of(workspace, 3)
    sweep = begin(workspace, member)

    assert sweeping._step(sweep.pk)
    alice.post(reverse("audience:stop_sweep"))
    sweeping.run(sweep.pk)
    sweep.refresh_from_db()
    assert (sweep.status, sweep.merged, sweep.pairs) == ("stopped", 1, 3)
    assert Merger.objects.count() == 1
    assert "1 of 3 pairs was merged" in alice.get(PAGE).text
    assert begin(workspace, member).pairs == 2


@pytest.mark.django_db
def test_only_one_goes_on_at_once_and_each_house_has_its_own(workspace, member):
    pairs_of(workspace, 1)
    other = world.make_workspace()
    pairs_of(other, 1)
    sweep = begin(workspace, member)
    upto = sweeping.pairs(workspace, "tagged").upto
    assert sweeping.start(workspace, "tagged", upto, member) is None
    sweeping.run(sweep.pk)
    assert other.contacts.count() == 4
    begin(other, world.make_member(other))


@pytest.mark.django_db
def test_three_who_are_one_become_one_and_the_stricter_counts(workspace, member):
    news = world.make_list(workspace)
    three = [world.make_contact(workspace, email=f"a{tag}@x.org") for tag in ("", "+b", "+c")]
    for contact, status in zip(three, ("subscribed", "unsubscribed", "subscribed"), strict=True):
        put_on(contact, news, status)
    say(three[2], "refused")
    looking.ask(workspace)
    looking.look(workspace.pk)
    sweep = begin(workspace, member)
    sweeping.run(sweep.pk)
    kept = workspace.contacts.get()
    assert status_on(kept, news) == "unsubscribed"
    assert kept.measuring in ("refused", "withdrawn")
    sweep.refresh_from_db()
    assert (sweep.status, sweep.merged) == ("done", 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_costs_the_pair_that_it_hit(moment):
    workspace = world.make_workspace()
    member = world.make_member(workspace)
    pairs_of(workspace, 3)
    sweep = begin(workspace, member)
    connection.close()  # A child must not speak on our connection.
    child = os.fork()
    if not child:
        try:
            doomed_import.die_at("duplicates.sweeping._unite", 2, moment)
            sweeping.run(sweep.pk)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    sweep.refresh_from_db()
    assert (sweep.status, sweep.merged, Merger.objects.count()) == ("running", 1, 1)
    rung: list[int] = []
    sweeping.resume(rung.append)
    assert rung == [sweep.pk]
    sweeping.run(sweep.pk)
    sweep.refresh_from_db()
    assert (sweep.status, sweep.merged, Merger.objects.count()) == ("done", 3, 3)


@pytest.mark.django_db
def test_before_two_are_merged_what_is_kept_of_both_can_be_taken_along(alice, workspace):
    both = [world.make_contact(workspace, email=f"{name}@x.org") for name in ("ann", "bo")]
    page = alice.get(reverse("audience:merge_contacts", args=[one.pk for one in both])).text
    assert "They cannot be taken apart again" in page
    for one in both:
        address = reverse("privacy:kept", args=[one.pk])
        assert address in page
        answer = alice.get(address)
        assert one.email in json.dumps(json.loads(answer.content))
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("value", [False, 0])
def test_no_and_nought_are_answers_that_a_person_keeps(workspace, member, value):
    Field.objects.create(workspace=workspace, key="knits", label="Knits", kind="yes_no")
    pairs_of(workspace, 1)
    workspace.contacts.filter(email="box0+shop@x.org").update(fields={"knits": value})
    sweeping.run(begin(workspace, member).pk)
    kept = workspace.contacts.get(email="box0@x.org")
    assert kept.fields == {"knits": value}
