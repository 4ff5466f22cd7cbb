"""Clicks that come too close together to be a reader's."""

from hypothesis import given
from hypothesis import strategies as st

from tracking.bursts import LINKS, MOMENT_NS, Click, Recent

SECOND = 1_000_000_000


def clicks(*pairs: tuple[int, float], reader: object = "somebody") -> list[Click]:
    return [Click(reader, number, round(at * SECOND)) for number, at in pairs]


def test_three_links_in_two_seconds_are_a_burst():
    assert Recent().bursts(clicks((1, 0), (2, 0.5), (3, 2))) == {0, 1, 2}


def test_two_links_are_none():
    assert Recent().bursts(clicks((1, 0), (2, 0.1), (1, 0.2), (2, 0.3))) == set()


def test_the_same_link_thrice_is_none():
    assert Recent().bursts(clicks((1, 0), (1, 0.1), (1, 0.2))) == set()


def test_a_slow_reader_is_none():
    assert Recent().bursts(clicks((1, 0), (2, 1.5), (3, 3), (4, 4.5))) == set()


def test_readers_are_told_apart():
    mixed = clicks((1, 0), (2, 0)) + clicks((3, 0), (4, 0), reader="somebody else")
    assert Recent().bursts(mixed) == set()


def test_what_came_before_and_after_a_burst_is_no_part_of_it():
    found = Recent().bursts(clicks((9, 0), (1, 10), (2, 10), (3, 10), (9, 20)))
    assert found == {1, 2, 3}


def test_a_burst_may_cross_batches():
    recent = Recent()
    assert recent.bursts(clicks((1, 0), (2, 0.2))) == set()
    assert recent.bursts(clicks((3, 0.4))) == {0}


def test_a_moment_later_all_is_forgotten():
    recent = Recent()
    recent.bursts(clicks((1, 0), (2, 0.2)))
    recent.bursts(clicks((7, 5), reader="somebody else"))
    assert recent.bursts(clicks((3, 5))) == set()


def test_being_asked_twice_changes_nothing():
    recent = Recent()
    batch = clicks((1, 0), (2, 0.2))
    assert recent.bursts(batch) == recent.bursts(batch) == set()


def test_a_flood_is_judged_in_no_time():
    flood = [Click("one address", number % 40, number) for number in range(100_000)]
    recent = Recent()
    assert recent.bursts(flood) == set(range(100_000))
    assert recent.bursts(flood) == set(range(100_000))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 8 * SECOND)), max_size=12))
def test_it_finds_what_looking_at_all_windows_finds(pairs):
    batch = [Click("somebody", number, at) for number, at in pairs]
    expected = set()
    for start in batch:
        window = {
            position
            for position, click in enumerate(batch)
            if 0 <= click.at_ns - start.at_ns <= MOMENT_NS
        }
        if len({batch[position].number for position in window}) >= LINKS:
            expected |= window
    assert Recent().bursts(batch) == expected
