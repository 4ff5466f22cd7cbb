"""What a hit was, by the marks that each kind leaves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL, GMAIL_PREFETCH, MET, Met
from tracking.classify import MACHINE, SURE, Judgement, Traits, Verdict, classify
from tracking.tokens import Kind

DELAY = 2.0
# A click by a browser that sends all that browsers send, long after the mail went out.
CLICK = Traits(Kind.CLICK, CHROME, fetch_metadata=True, language=True, age=3600.0)
OPEN = replace(CLICK, kind=Kind.OPEN)


def judge(traits: Traits) -> tuple[str, str]:
    judgement = classify(traits, human_delay=DELAY)
    return judgement.verdict.value, judgement.reason


@pytest.mark.parametrize("met", MET, ids=lambda met: met.agent[:50] or "nothing")
def test_each_agent_is_known_for_what_it_is(met: Met):
    assert judge(replace(OPEN, agent=met.agent))[0] == met.opened
    assert judge(replace(CLICK, agent=met.agent))[0] == met.clicked


def test_a_reader_who_opens_and_clicks_is_human():
    assert judge(OPEN) == ("human", "mail_program")
    assert judge(CLICK) == ("human", "browser")


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        (replace(OPEN, prefetch=True), ("prefetch", "prefetch_header")),
        (replace(CLICK, prefetch=True), ("prefetch", "prefetch_header")),
        (replace(OPEN, agent=GMAIL_PREFETCH), ("prefetch", "gmail_prefetch")),
        (replace(OPEN, agent=GMAIL), ("proxied", "gmail")),
        (replace(CLICK, agent=GMAIL), ("scanner", "proxy_click")),
        (replace(OPEN, agent=APPLE_PRIVACY), ("uncertain", "apple_mpp")),
        (replace(CLICK, agent=APPLE_PRIVACY), ("scanner", "bare_agent")),
        (replace(CLICK, burst=True), ("scanner", "burst")),
        (replace(CLICK, age=1.9), ("scanner", "too_soon")),
        (replace(OPEN, age=0.3), ("scanner", "too_soon")),
        (replace(OPEN, age=-5.0), ("scanner", "too_soon")),
        (replace(CLICK, age=2.0), ("human", "browser")),
        (replace(CLICK, age=None), ("human", "browser")),
        # Gmail loads images at a person's word, however soon.
        (replace(OPEN, agent=GMAIL, age=0.3), ("proxied", "gmail")),
    ],
)
def test_behaviour_counts(traits, expected):
    assert judge(traits) == expected


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        (replace(CLICK, fetch_metadata=False, language=False), ("scanner", "not_that_browser")),
        # By http no browser sends Sec-Fetch-*; by https all do.
        (replace(CLICK, fetch_metadata=False), ("human", "browser")),
        (replace(CLICK, fetch_metadata=False, secure=True), ("uncertain", "no_fetch_metadata")),
        (replace(CLICK, secure=True), ("human", "browser")),
        # Mail programs send what they like.
        (replace(OPEN, fetch_metadata=False, language=False), ("human", "mail_program")),
    ],
)
def test_a_browser_sends_what_it_always_sends(traits, expected):
    assert judge(traits) == expected


@pytest.mark.parametrize(
    "agent",
    [
        CHROME.replace("130", "70"),
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36",
    ],
)
def test_old_browsers_and_parts_of_apps_need_not(agent):
    traits = replace(CLICK, agent=agent, fetch_metadata=False, language=False, secure=True)
    assert judge(traits) == ("human", "browser")


def test_each_verdict_is_sure_uncertain_or_a_machines():
    assert set(Verdict) == SURE | MACHINE | {Verdict.UNCERTAIN}
    assert not SURE & MACHINE


@given(
    st.builds(
        Traits,
        st.sampled_from(Kind),
        st.text(max_size=80) | st.sampled_from([met.agent for met in MET]),
        *[st.booleans()] * 3,
        st.none() | st.floats(allow_nan=False),
        *[st.booleans()] * 2,
    )
)
def test_every_hit_gets_a_verdict_and_a_reason(traits):
    judgement = classify(traits, human_delay=DELAY)
    assert isinstance(judgement, Judgement)
    # As wide as their columns.
    assert 0 < len(judgement.reason) <= 40
    assert len(judgement.verdict) <= 10
