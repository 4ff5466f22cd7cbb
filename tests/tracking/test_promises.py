"""What readers are promised of who asks and what is answered: T4 to T7.

The promises are in `docs/privacy.md`; T1 to T3 and T8, of what a mail tells, are in
`tests/sending/test_promises.py`. Where anything may come in, Hypothesis makes it up.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.tracking.agents_met import CHROME, GMAIL_PREFETCH
from tests.tracking.hitting import AT, fill, make_campaign, person
from tests.tracking.test_wsgi import LINKS, SIGNER, Door
from tracking import declaring, dnt_policy, draining, keys
from tracking.hits import Hit
from tracking.models import PeopleCount
from tracking.redirects import Redirects
from tracking.snapshots import Snapshot
from tracking.tokens import PERSONAL, Kind, Mode, Token

many = hypothesis_settings(max_examples=60)
ids = st.integers(0, 2**62)
# The campaign is the one whose links the door knows.
tokens = st.one_of(
    st.just(Token(7)),
    st.builds(
        Token, st.just(7), ids, ids, st.integers(0, 99), st.sampled_from([*PERSONAL, Mode.SELF])
    ),
)
kinds = st.sampled_from(Kind)


# T4


@many
@given(tokens, kinds, st.sampled_from(Mode), kinds)
def test_t4_a_token_passes_for_its_own_mode_and_kind_alone(tmp_path, token, kind, mode, asked):
    raw = _raw(SIGNER.sign(kind, token))
    raw[1:2] = mode.value
    door = Door(tmp_path)
    answer = door.ask(_path(asked, raw))
    is_genuine = (kind, token.mode) == (asked, mode)
    assert len(door.recorded) == int(is_genuine)
    assert answer.status == (200 if asked is Kind.OPEN else 302 if is_genuine else 404)


@many
@given(tokens, kinds, st.data())
def test_t4_no_flipped_bit_goes_unseen(tmp_path, token, kind, data):
    raw = _raw(SIGNER.sign(kind, token))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    door = Door(tmp_path)
    assert door.ask(_path(kind, raw)).status == (200 if kind is Kind.OPEN else 404)
    assert not door.recorded


def _raw(text: str) -> bytearray:
    return bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _path(kind: Kind, raw: bytearray) -> str:
    text = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    return f"/track/open/{text}.gif" if kind is Kind.OPEN else f"/track/click/{text}/1"


# T5

REMEMBERING = {"set-cookie", "etag", "last-modified", "expires", "vary", "refresh"}
came_along = st.dictionaries(
    st.sampled_from(["cookie", "if_none_match", "if_modified_since", "range", "sec_gpc", "dnt"]),
    st.sampled_from(["1", "*", '"abc"', "sessionid=abc", "Wed, 25 Nov 2026 10:00:00 GMT"]),
)


@many
@given(
    tokens,
    st.sampled_from(["the pixel", "a link", "the hidden link", "no link", "a forged pixel"]),
    st.sampled_from(["GET", "HEAD", "POST"]),
    came_along,
)
def test_t5_no_answer_leaves_anything_with_a_reader(tmp_path, token, what, method, headers):
    opened, clicked = (SIGNER.sign(kind, token) for kind in Kind)
    path = {
        "the pixel": f"/track/open/{opened}.gif",
        "a link": f"/track/click/{clicked}/1",
        "the hidden link": f"/track/click/{clicked}/0",
        "no link": f"/track/click/{clicked}/9",
        "a forged pixel": f"/track/open/{clicked}.gif",
    }[what]
    told = Door(tmp_path).ask(path, method, **headers)
    assert REMEMBERING.isdisjoint(name.lower() for name in told.headers)
    assert "no-store" in told.headers["Cache-Control"]
    # It is the same whatever came along: nobody is known again.
    plain = Door(tmp_path).ask(path, method)
    assert (told.status, told.headers, told.body) == (plain.status, plain.headers, plain.body)


# T6

# How machines ask before anybody looks: a method, and headers.
AHEAD: dict[str, tuple[str, dict[str, str]]] = {
    "for the headers": ("HEAD", {"user_agent": CHROME}),
    "as Gmail": ("GET", {"user_agent": GMAIL_PREFETCH}),
    "with Purpose": ("GET", {"user_agent": CHROME, "purpose": "prefetch"}),
    "with Sec-Purpose": ("GET", {"user_agent": CHROME, "sec_purpose": "prefetch;prerender"}),
    "with X-Moz": ("GET", {"user_agent": CHROME, "x_moz": "prefetch"}),
}
READING = {"user_agent": CHROME, "sec_fetch_mode": "no-cors", "accept_language": "nl"}


@pytest.mark.django_db
@many
@given(
    st.lists(st.tuples(st.sampled_from(sorted(AHEAD)), st.integers(1, 3), kinds), max_size=8),
    st.booleans(),
)
def test_t6_who_asks_before_anybody_looks_is_no_person(tmp_path, asked, reads):
    """However often, of whose mail, for images or links; who reads an hour later is one."""
    campaign = make_campaign()
    signer = keys.signer()
    door = Door(tmp_path)
    redirects = Redirects(lambda _campaign: LINKS, Snapshot(tmp_path))
    door.parts = replace(door.parts, signer=signer, redirects=redirects)
    for how, reader, kind in asked:
        method, headers = AHEAD[how]
        token = signer.sign(kind, person(campaign, reader))
        assert door.ask(_path(kind, _raw(token)), method, **headers).status in (200, 302)
    if reads:
        token = signer.sign(Kind.OPEN, person(campaign, 1))
        door.ask(_path(Kind.OPEN, _raw(token)), **READING)
    assert len(door.recorded) == len(asked) + reads
    spool = tmp_path / str(campaign)
    fill(spool, [_at(hit, hour) for hour, hit in enumerate(door.recorded)])
    draining.drain(spool)
    found = PeopleCount.objects.filter(campaign_id=campaign)
    people = {(one.openers_sure, one.openers_possible, one.clickers_sure) for one in found}
    assert people <= {(1, 1, 0) if reads else (0, 0, 0)}
    assert bool(people) is bool(reads or [how for how, *_ in asked if how != "for the headers"])


def _at(hit: Hit, hour: int) -> Hit:
    return hit._replace(at_ns=int((AT.timestamp() + 3600 * hour) * 1e9))


# T7

# Of version 1.0, in the list by which Privacy Badger knows the policy.
ACCEPTED = "a18e8dba6848d3fc241b03b88291cb75a3cfec3b"
POLICY = "/.well-known/dnt-policy.txt"


@pytest.mark.parametrize("confirmed", [0, 1, 365, 366, 1000, -1, None])
@pytest.mark.parametrize("url", ["https://t.example.org", "http://t.example.org"])
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
@pytest.mark.parametrize("is_changed", [False, True])
def test_t7_the_policy_is_eff_s_to_the_byte_and_posted_only_while_it_is_kept(
    tmp_path, settings, monkeypatch, confirmed, url, level, is_changed
):
    today = datetime.now(UTC).date()
    day = "" if confirmed is None else (today - timedelta(days=confirmed)).isoformat()
    settings.DNT_POLICY, settings.TRACKING_URL, settings.LOG_LEVEL = day, url, level
    if is_changed:
        changed = tmp_path / "policy.txt"
        changed.write_bytes(dnt_policy.TEXT.read_bytes() + b"\n")
        monkeypatch.setattr(dnt_policy, "TEXT", changed)
    answer = Door(tmp_path).ask(POLICY)
    is_kept = confirmed in (0, 1, 365) and url.startswith("https") and level == "INFO"
    if is_kept and not is_changed:
        assert answer.status == 200
        assert hashlib.sha1(answer.body, usedforsecurity=False).hexdigest() == ACCEPTED
    else:
        assert answer.status == 404
        assert answer.body == declaring.NO_PROMISE.encode()
