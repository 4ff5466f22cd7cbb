"""What these hosts declare: to browsers, to blockers, and about Do Not Track."""

import hashlib
import json
import re
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.checks import run_checks

from tests.tracking.test_wsgi import Door
from tracking import addresses, declaring, dnt_policy, spool

TODAY = date(2026, 11, 25)


@pytest.fixture
def door(tmp_path) -> Door:
    return Door(tmp_path)


@pytest.fixture
def promised(settings):
    """Keep all that the policy asks for, and say so."""
    settings.DNT_POLICY = datetime.now(UTC).date().isoformat()
    settings.TRACKING_URL = "https://t.example.org"
    settings.LOG_LEVEL = "INFO"


def test_browsers_are_told_that_their_signal_is_heeded(door):
    answer = door.ask("/.well-known/gpc.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    told = json.loads(answer.body)
    assert told["gpc"] is True
    assert date.fromisoformat(told["lastUpdate"]) <= datetime.now(UTC).date()


def test_what_is_declared_is_read_only_and_sets_nothing(door):
    assert door.ask("/tracker-rules.txt", "POST").status == 405
    answer = door.ask("/tracker-rules.txt", "HEAD")
    assert answer.body == b"" and int(answer.headers["Content-Length"]) > 0
    assert {"Set-Cookie", "ETag", "Last-Modified"}.isdisjoint(answer.headers)


def test_other_well_known_addresses_are_left_to_django(door):
    assert door.ask("/.well-known/change-password").body == b"django"


def test_the_rules_name_this_hosts_pixel_and_links(door, settings):
    settings.TRACKING_URL = "https://t.example.org:8443"
    lines = door.ask("/tracker-rules.txt").body.decode().splitlines()
    assert "||t.example.org:8443/track/open/$image" in lines
    assert "||t.example.org:8443/track/click/" in lines
    assert all(line.startswith(("!", "||", "Candid@@=")) for line in lines)


def test_the_published_pattern_finds_the_pixel_and_nothing_else(door):
    """As Ugly Email reads its list: a name, two at-signs and a regular expression."""
    text = door.ask("/tracker-rules.txt").body.decode()
    [pattern] = [line.split("@@=", 1)[1] for line in text.splitlines() if "@@=" in line]
    finds = re.compile(pattern, re.IGNORECASE).search
    assert finds(f'<img src="{addresses.open_url("AW-lu_yY")}" width="1">')
    assert not finds(f'<a href="{addresses.click_url("AW-lu_yY", 3)}">Read</a>')
    assert not finds('<img src="https://example.com/track/open/AWluyY.gif">')


def test_the_policy_is_the_published_one_to_the_byte(door, promised):
    """Privacy Badger and others compare this very hash."""
    answer = door.ask("/.well-known/dnt-policy.txt")
    assert answer.status == 200
    found = hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()
    assert found == "a18e8dba6848d3fc241b03b88291cb75a3cfec3b"


def test_without_a_promise_no_policy_is_posted(door):
    answer = door.ask("/.well-known/dnt-policy.txt")
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")
    assert b"does not promise EFF's Do Not Track policy" in answer.body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DNT_POLICY": "yes"}, "is not a date"),
        ({"DNT_POLICY": "2026-11-26"}, "in the future"),
        ({"DNT_POLICY": "2025-11-24"}, "more than a year ago"),
        ({"TRACKING_URL": "http://t.example.org"}, "not https"),
        ({"LOG_LEVEL": "DEBUG"}, "LOG_LEVEL is DEBUG"),
    ],
)
def test_what_speaks_against_the_policy_is_said_and_nothing_is_posted(
    promised, settings, change, words
):
    settings.DNT_POLICY = "2026-11-25"
    assert list(declaring.obstacles(TODAY)) == []
    for name, value in change.items():
        setattr(settings, name, value)
    [said] = declaring.obstacles(TODAY)
    assert words in said
    answer = declaring.document("/.well-known/dnt-policy.txt", TODAY)
    assert answer is not None and not answer.is_there
    # What is amiss is nobody's business but the operator's.
    assert said.encode() not in answer.body


def test_another_text_is_never_posted_for_the_policy(promised, door, tmp_path, monkeypatch):
    changed = tmp_path / "policy.txt"
    changed.write_bytes(dnt_policy.TEXT.read_bytes().replace(b"10 days", b"90 days"))
    monkeypatch.setattr(dnt_policy, "TEXT", changed)
    assert door.ask("/.well-known/dnt-policy.txt").status == 404


def test_addresses_that_lie_about_for_long_are_against_the_policy(promised, door, settings):
    old = time.time_ns() - int(timedelta(days=11).total_seconds() * 1e9)
    settings.SPOOL_DIR.mkdir()
    (settings.SPOOL_DIR / f"{old}-1-ab{spool.SUFFIX}").write_bytes(b"")
    assert door.ask("/.well-known/dnt-policy.txt").status == 404
    errors = [found for found in run_checks(tags=["candid"]) if found.id == "candid.E021"]
    assert len(errors) == 1 and "nobody drains it" in errors[0].msg
