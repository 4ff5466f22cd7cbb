"""Programs add and rename lists, and say who is not mailed; the audit log has it, with the key."""

from __future__ import annotations

import pytest

from campaigns.accounts.models import AuditEntry
from campaigns.audience import addresses, suppression
from campaigns.audience.models import List
from tests import world
from tests.api import programs
from tests.api.test_reading import problem

pytestmark = pytest.mark.django_db

LISTS = "/api/v1/lists"
SUPPRESSIONS = "/api/v1/suppressions"


def test_a_list_is_added_once_and_renamed(program, workspace, member):
    sent = {"name": "Shop", "description": "What is new"}
    for status in (201, 200):
        made = programs.send(program, "POST", LISTS, sent, **{"Idempotency-Key": "shop"})
        assert made.status_code == status, made.text
    shop = workspace.lists.get()
    assert made.json()["id"] == shop.pk
    changed = programs.send(program, "PATCH", f"{LISTS}/{shop.pk}", {"name": "The shop"})
    assert changed.json()["name"] == "The shop"
    assert changed.json()["description"] == "What is new"
    key = workspace.api_keys.get().pk
    entries = AuditEntry.objects.order_by("pk").values_list("action", "user", "details")
    assert [one for one in entries if one[0].startswith("list_")] == [
        ("list_added", member.pk, {"list": shop.pk, "api_key": key}),
        ("list_changed", member.pk, {"list": shop.pk, "api_key": key}),
    ]


def test_what_mails_to_a_list_may_record_stays_a_member_s_to_say(program, workspace):
    news = world.make_list(workspace, policy="strict", tracking="none")
    programs.send(program, "PATCH", f"{LISTS}/{news.pk}", {"name": "Renamed"})
    news.refresh_from_db()
    assert (news.name, news.policy, news.tracking) == ("Renamed", "strict", "none")
    refused = programs.send(program, "PATCH", f"{LISTS}/{news.pk}", {"tracking": "individual"})
    problem(refused, "invalid")


@pytest.mark.parametrize("name", ["", "Taken", "two\nlines", "x" * 121])
def test_a_list_of_no_good_name_is_refused(program, workspace, name):
    world.make_list(workspace, name="Taken")
    refused = programs.send(program, "POST", LISTS, {"name": name})
    assert [one["at"] for one in problem(refused, "invalid")["errors"]] == ["body.name"]
    assert List.objects.count() == 1


def test_addresses_and_domains_are_stopped_and_freed_and_the_log_says_why(program, workspace):
    sent = {"entries": ["Ann@Example.com", "@example.org", "ann@example.com"], "note": "By phone"}
    stopped = programs.send(program, "POST", SUPPRESSIONS, sent)
    assert stopped.json() == {"added": 2, "known": 0}
    assert programs.send(program, "POST", SUPPRESSIONS, sent).json() == {"added": 0, "known": 2}
    assert suppression.find(workspace.pk, "bob@news.example.org") is not None
    for entry in ("ann@example.com", "example.org"):
        lifted = programs.send(
            program, "POST", f"{SUPPRESSIONS}/lift", {"entry": entry, "why": "A slip"}
        )
        assert lifted.json() == {"suppressed": False, "reasons": []}
    key = workspace.api_keys.get().pk
    details = AuditEntry.objects.filter(action="suppression_lifted").values_list(
        "details", flat=True
    )
    assert {one["domain"] for one in details} == {True, False}
    assert all((one["why"], one["api_key"]) == ("A slip", key) for one in details)


@pytest.mark.parametrize("reason", ["complaint", "unsubscribed_all", "erased"])
def test_what_the_person_asked_for_no_program_takes_back(program, workspace, reason):
    one = addresses.fingerprint(workspace.pk, "ann@example.com")
    suppression.suppress(workspace.pk, [one], reason)
    lift = {"entry": "ann@example.com", "why": "We want to"}
    refused = programs.send(program, "POST", f"{SUPPRESSIONS}/lift", lift)
    assert refused.status_code == 409
    problem(refused, "refused")
    suppression.suppress(workspace.pk, [one], "manual")
    left = programs.send(program, "POST", f"{SUPPRESSIONS}/lift", lift).json()
    assert [row["reason"] for row in left["reasons"]] == [reason]


def test_one_wrong_entry_stops_nobody_and_is_named(program, workspace):
    sent = {"entries": ["ann@example.com", "no such thing", "@"]}
    refused = programs.send(program, "POST", SUPPRESSIONS, sent)
    at = [one["at"] for one in problem(refused, "invalid")["errors"]]
    assert at == ["body.entries.1", "body.entries.2"]
    assert not workspace.suppressions.exists()


@pytest.mark.parametrize("sent", [{"why": ""}, {"why": "ann@example.com asked"}, {"entry": "@"}])
def test_freeing_needs_an_entry_and_a_reason_that_names_nobody(program, workspace, sent):
    suppression.suppress_domains(workspace.pk, ["example.org"])
    lift = {"entry": "example.org", "why": "A slip"} | sent
    problem(programs.send(program, "POST", f"{SUPPRESSIONS}/lift", lift), "invalid")
    assert suppression.find_domain(workspace.pk, "example.org") is not None
