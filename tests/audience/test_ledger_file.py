"""An auditor takes the consent ledger along, and can tell whether it was changed since."""

import csv
import hashlib
import io
import json

import pytest
from django.urls import reverse

from campaigns.audience import consent, ledger_file, notices, subscribing
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(workspace, member):
    news = world.make_list(workspace, name="=News")
    basis = subscribing.Basis("consent", "By phone", member)
    ann = subscribing.add(news, "ann@example.com", {}, basis)
    consent.grant(ann, consent.Evidence("preferences", notice="May we?"))
    return ann


@pytest.fixture(autouse=True)
def others(workspace):
    bob = world.make_contact(workspace, email="bob@example.com")
    consent.refuse(bob, consent.Evidence("preferences", notice="May we?"))
    stranger = world.make_contact(world.make_workspace())
    consent.grant(stranger, consent.Evidence("preferences"))


def body(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_the_file_of_all_has_every_line_and_nobody_else_s(alice, workspace, ann):
    lines = json.loads(body(alice.get(reverse("audience:export_ledger_json"))))
    told = {(line["email"], line["purpose"], line["state"]) for line in lines}
    assert told == {
        ("bob@example.com", "both", "refused"),
        ("ann@example.com", "mail", "granted"),
        ("ann@example.com", "both", "granted"),
    }
    mail = next(line for line in lines if line["purpose"] == "mail")
    assert (mail["list"], mail["actor"]) == ("=News", "alice@example.org")
    assert mail["evidence"]["note"] == "By phone"
    words = notices.keep(workspace.pk, "May we?")
    said = [line["notice_sha256"] for line in lines if line["purpose"] == "both"]
    assert said == [words.sha256, words.sha256]
    assert [line["notice"] for line in lines if line["purpose"] == "both"] == ["May we?"] * 2
    assert hashlib.sha256(b"May we?").hexdigest() == words.sha256


def test_the_file_of_one_has_theirs_alone(alice, ann):
    address = reverse("audience:export_own_ledger_json", args=[ann.pk])
    lines = json.loads(body(alice.get(address)))
    assert [line["purpose"] for line in lines] == ["mail", "both"]


def test_the_table_says_the_same_and_is_no_formula(alice, ann):
    rows = list(csv.DictReader(io.StringIO(body(alice.get(reverse("audience:export_ledger"))))))
    lines = json.loads(body(alice.get(reverse("audience:export_ledger_json"))))
    assert [row["hash"] for row in rows] == [line["hash"] for line in lines]
    assert {row["list"] for row in rows} == {"", "'=News"}


def test_a_ledger_without_lines_is_a_file_all_the_same(stranger):
    assert json.loads(body(stranger.get(reverse("audience:export_ledger_json")))) == []


# An auditor checks the words by their own SHA-256, which the line holds.
UNHASHED = ("hash", "notice")


def rechained(lines):
    """Reckon as docs/privacy.md tells auditors to, without our code."""
    before = "0" * 64
    for line in lines:
        own = {name: value for name, value in line.items() if name not in UNHASHED}
        text = json.dumps(own, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        before = hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
        yield before


def test_each_hash_holds_its_line_and_all_before(alice, ann):
    lines = json.loads(body(alice.get(reverse("audience:export_ledger_json"))))
    hashes = [line["hash"] for line in lines]
    assert list(rechained(lines)) == hashes
    assert list(rechained(lines[1:])) != hashes[1:]
    lines[0]["state"] = "granted" if lines[0]["state"] != "granted" else "refused"
    assert list(rechained(lines))[-1] != hashes[-1]
    assert ledger_file.START == "0" * 64
