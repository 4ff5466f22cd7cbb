"""Rates, bounds and intervals."""

from statistics import NormalDist

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from campaigns.reports import figures
from campaigns.reports.figures import Bounds, Rate

counts = st.integers(0, 10**9).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counts)
def test_an_interval_contains_its_share_and_stays_a_share(pair):
    count, of = pair
    assume(of > 0)
    interval = figures.wilson(count, of)
    assert interval is not None
    assert 0 <= interval.low <= count / of <= interval.high <= 1


@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_the_ends_of_an_interval_solve_the_score_equation(count, of):
    """Wilson's definition: |share - p| = z · sqrt(p(1-p)/n) at each end p."""
    assume(0 < count < of)
    interval = figures.wilson(count, of)
    assert interval is not None
    z = NormalDist().inv_cdf(0.975)
    for end in (interval.low, interval.high):
        assert abs(count / of - end) == pytest.approx(z * (end * (1 - end) / of) ** 0.5, rel=1e-6)


@given(counts)
def test_what_did_not_happen_mirrors_what_did(pair):
    count, of = pair
    assume(of > 0)
    did, did_not = figures.wilson(count, of), figures.wilson(of - count, of)
    assert did is not None and did_not is not None
    assert did.low == pytest.approx(1 - did_not.high, abs=1e-9)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Published: Newcombe 1998, table I, method 3 (score without continuity correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_agree_with_published_ones(count, of, low, high):
    interval = figures.wilson(count, of)
    assert interval is not None
    assert round(interval.low, 4) == low
    assert round(interval.high, 4) == high


def test_a_share_of_nobody_has_no_interval():
    assert figures.wilson(0, 0) is None
    assert Rate(0, 0).share is None
    assert Bounds(0, 0, 0).interval is None


@pytest.mark.parametrize(("count", "of"), [(3, 2), (-1, 5)])
def test_more_people_than_there_are_is_an_error(count, of):
    with pytest.raises(ValueError, match="not a share"):
        figures.wilson(count, of)


def test_bounds_run_from_nobody_uncertain_to_everybody_uncertain():
    bounds = Bounds(sure=310, uncertain=210, of=1000)
    assert bounds.low.share == 0.31
    assert bounds.high.share == 0.52
    assert bounds.interval is not None
    assert bounds.interval.low < 0.31 < 0.52 < bounds.interval.high


def test_clicks_per_opener_is_least_when_everybody_uncertain_opened():
    least, most = figures.click_to_open(30, Bounds(sure=100, uncertain=50, of=1000))
    assert (least.share, most.share) == (0.2, 0.3)
