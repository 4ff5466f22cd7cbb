"""No figure about few people is shown, and none can be worked out from those that are."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaigns.reports import small_cells

SIZES = st.dictionaries(st.integers(0, 30), st.integers(0, 60), max_size=12)
START = datetime(2026, 11, 1, tzinfo=UTC)


@given(sizes=SIZES, minimum=st.integers(1, 20))
def test_what_is_shown_and_what_is_left_are_each_large_enough(sizes, minimum):
    merged = small_cells.merge(sizes, minimum)
    assert all(size == 0 or size >= minimum for size in merged.shown.values())
    assert merged.rest + sum(merged.shown.values()) == sum(sizes.values())
    # Whoever knows the total and all that is shown knows the rest: so that must be large, too.
    alone = not any(merged.shown.values())
    assert merged.rest == 0 or merged.rest >= minimum or alone


@given(sizes=SIZES, minimum=st.integers(1, 20))
def test_no_single_figure_is_left_to_be_subtracted(sizes, minimum):
    merged = small_cells.merge(sizes, minimum)
    hidden = [key for key in sizes if merged.of(key) is None]
    if len(hidden) == 1:
        assert len(sizes) == 1
    if 0 < merged.rest < minimum:
        assert not merged.shown


@given(sizes=SIZES)
def test_large_figures_are_all_shown(sizes):
    large = {key: size + 10 for key, size in sizes.items()}
    assert small_cells.merge(large, 10) == small_cells.Merged(large, 0)


@given(sizes=st.lists(st.integers(0, 30), max_size=60), minimum=st.integers(1, 20))
def test_hours_are_carried_until_they_are_large_enough(sizes, minimum):
    hours = [(START + timedelta(hours=n), size) for n, size in enumerate(sizes)]
    carried = small_cells.carry(hours, minimum)
    assert all(size >= minimum for size in carried.values())
    total = sum(sizes)
    assert sum(carried.values()) == (total if total >= minimum else 0)


@given(sizes=st.lists(st.integers(0, 30), max_size=60), hours=st.integers(1, 30))
def test_days_are_made_of_the_same_sums_as_hours(sizes, hours):
    """Else a day less its hours would be a figure of few."""
    start = [(START + timedelta(hours=n), size) for n, size in enumerate(sizes)]
    carried = small_cells.carry(start, 10)
    days: dict[int, int] = {}
    for hour, size in carried.items():
        days[(hour - START) // timedelta(hours=hours)] = (
            days.get((hour - START) // timedelta(hours=hours), 0) + size
        )
    assert all(size >= 10 for size in days.values())
