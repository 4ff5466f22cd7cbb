"""Days, weeks and months, and how far back a reader looks."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict

from campaigns.reports import periods
from campaigns.reports.periods import Wanted


@pytest.mark.parametrize(
    ("query", "by"),
    [
        ("", "week"),
        ("span=30", "day"),
        ("span=365&by=day", "month"),
        ("span=365&by=week", "week"),
        ("span=1825&by=week", "month"),
        ("span=7;drop&by=year&list=x", "week"),
    ],
)
def test_a_span_is_cut_so_that_it_can_be_read(query, by):
    assert Wanted.of(QueryDict(query)).by == by


@pytest.mark.parametrize(
    ("by", "first", "starts"),
    [
        ("day", date(2028, 2, 28), [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]),
        ("week", date(2026, 12, 28), [date(2026, 12, 28), date(2027, 1, 4)]),
        ("month", date(2026, 12, 1), [date(2026, 12, 1), date(2027, 1, 1)]),
    ],
)
def test_periods_follow_each_other_without_gaps(by, first, starts):
    last = periods.next_start(starts[-1], by) - timedelta(days=1)
    assert periods.starts(first, last, by) == starts
