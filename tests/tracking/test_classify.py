"""What a hit was, by the marks that each kind leaves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL, GMAIL_PREFETCH, MET, Met
from tracking import hits, networks, signatures
from tracking.classify import LONGEST_AGE, MACHINE, SURE, Beside, Signals, Verdict, classify
from tracking.tokens import Kind

DELAY = 2.0
BROWSER = hits.FETCH_METADATA + hits.NAVIGATION + hits.LANGUAGE
APPLE_MAIL = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
)


def click(agent: str = CHROME, flags: str = BROWSER, **others: Any) -> Signals:
    """A click by a browser that sends all that browsers send, long after the mail went out."""
    signals = Signals(Kind.CLICK.value, signatures.recognise(agent), "", flags, LONGEST_AGE)
    return signals._replace(**others)


def opened(agent: str = CHROME, flags: str = "fxl", **others: Any) -> Signals:
    return click(agent, flags, kind=Kind.OPEN.value, **others)


def judge(signals: Signals) -> tuple[str, str]:
    judgement = classify(signals, DELAY)
    return judgement.verdict.value, judgement.reason


@pytest.mark.parametrize("met", MET, ids=lambda met: met.agent[:50] or "nothing")
def test_each_agent_is_known_for_what_it_is(met: Met):
    assert judge(opened(met.agent))[0] == met.opened
    assert judge(click(met.agent))[0] == met.clicked


def test_a_reader_who_opens_and_clicks_is_human():
    assert judge(opened()) == ("human", "mail_program")
    assert judge(click()) == ("human", "browser")


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (opened(flags="p"), ("prefetch", "prefetch_header")),
        (click(flags="pfl"), ("prefetch", "prefetch_header")),
        (opened(GMAIL_PREFETCH), ("prefetch", "gmail_prefetch")),
        (opened(GMAIL), ("proxied", "gmail")),
        (click(GMAIL), ("scanner", "proxy_click")),
        (opened(APPLE_PRIVACY), ("uncertain", "apple_mpp")),
        (click(APPLE_PRIVACY), ("scanner", "bare_agent")),
        (click(age=19), ("scanner", "too_soon")),
        (opened(age=3), ("scanner", "too_soon")),
        (opened(age=-50), ("scanner", "too_soon")),
        (click(age=20), ("human", "browser")),
        (click(age=None), ("human", "browser")),
        # Gmail loads images at a person's word, however soon.
        (opened(GMAIL, age=3), ("proxied", "gmail")),
    ],
)
def test_behaviour_counts(signals, expected):
    assert judge(signals) == expected


@pytest.mark.parametrize("sign", Beside)
def test_what_gives_a_machine_away_says_why(sign):
    assert judge(click(beside=sign.value)) == ("scanner", sign.value)
    assert judge(opened(beside=sign.value)) == ("scanner", sign.value)


@pytest.mark.parametrize("agent", [GMAIL, APPLE_PRIVACY])
def test_what_loads_for_others_is_not_judged_by_company(agent):
    assert judge(opened(agent, beside="with_burst")) == judge(opened(agent))


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (click(flags=""), ("scanner", "not_that_browser")),
        # By http no browser sends Sec-Fetch-*; by https all do.
        (click(flags="l"), ("human", "browser")),
        (click(flags="ls"), ("uncertain", "no_fetch_metadata")),
        (click(flags="fnls"), ("human", "browser")),
        # A link is followed to a page; a script that fetches it is no reader.
        (click(flags="fxls"), ("scanner", "not_a_page")),
        # Mail programs send what they like; browsers that show mail are browsers.
        (opened(APPLE_MAIL, flags="s"), ("human", "mail_program")),
        (opened(flags=""), ("human", "mail_program")),
        (opened(flags="s"), ("uncertain", "no_fetch_metadata")),
        (opened(flags="fxls"), ("human", "mail_program")),
        # Nobody goes to the pixel as to a page.
        (opened(flags="fnls"), ("scanner", "pixel_as_page")),
    ],
)
def test_a_browser_sends_what_it_always_sends(signals, expected):
    assert judge(signals) == expected


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        # People read in data centres, too, through tunnels and rented desktops: perhaps.
        (opened(network=networks.DATA_CENTRE), ("uncertain", "data_centre")),
        (click(network=networks.DATA_CENTRE), ("uncertain", "data_centre")),
        # Apple's protection does not run there.
        (opened(APPLE_PRIVACY, network=networks.DATA_CENTRE), ("scanner", "bare_agent")),
        (opened(APPLE_PRIVACY, network=networks.RELAY), ("uncertain", "apple_mpp")),
        # The relay loads mail by itself; it clicks for nobody but people.
        (opened(APPLE_MAIL, network=networks.RELAY), ("uncertain", "apple_relay")),
        (opened(network=networks.RELAY), ("human", "mail_program")),
        (click(network=networks.RELAY), ("human", "browser")),
        (opened(network=networks.LOCAL), ("human", "mail_program")),
    ],
)
def test_networks_count(signals, expected):
    assert judge(signals) == expected


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
    assert judge(click(agent, flags="s")) == ("human", "browser")
    assert judge(opened(agent, flags="s")) == ("human", "mail_program")


def test_each_verdict_is_sure_uncertain_a_machines_or_our_own():
    assert set(Verdict) == SURE | MACHINE | {Verdict.UNCERTAIN, Verdict.SELF}
    assert not SURE & MACHINE


@given(
    st.sampled_from([kind.value for kind in Kind]),
    st.text(max_size=80) | st.sampled_from([met.agent for met in MET]),
    st.sampled_from(["", networks.RELAY, networks.DATA_CENTRE, networks.LOCAL]),
    st.text("pflnxs", max_size=6),
    st.none() | st.integers(-LONGEST_AGE, LONGEST_AGE),
    st.sampled_from(["", *[sign.value for sign in Beside]]),
)
def test_every_hit_gets_a_verdict_and_a_reason(kind, agent, network, flags, age, beside):
    family = signatures.recognise(agent)
    judgement = classify(Signals(kind, family, network, flags, age, beside), DELAY)
    # As wide as their columns.
    assert len(family) <= 20
    assert 0 < len(judgement.reason) <= 40
    assert len(judgement.verdict) <= 10
