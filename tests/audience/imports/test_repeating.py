"""What may be there twice in a file is told at a bit of memory a row, and never missed."""

from campaigns.audience.imports import repeating
from campaigns.audience.imports.repeating import MAYBE, SURELY_NOT, Repeats


def test_whoever_was_there_is_told_and_hardly_anybody_else():
    keys = [f"p{n}@example.com" for n in range(20_000)]
    repeats = Repeats(knows_all=True)
    assert list(repeats.look(keys)).count(SURELY_NOT) > 19_900
    assert set(repeats.look(keys)) == {MAYBE}


def test_two_in_one_look_are_told():
    assert list(Repeats(knows_all=True).look(["a@b.cl", "c@b.cl", "a@b.cl"])) == [
        SURELY_NOT,
        SURELY_NOT,
        MAYBE,
    ]


def test_nobody_is_surely_new_to_one_who_does_not_know_all(monkeypatch):
    assert list(Repeats(knows_all=False).look(["a@b.cl"])) == [MAYBE]


def test_with_no_room_for_all_it_errs_on_the_side_of_asking(monkeypatch):
    monkeypatch.setattr(repeating, "BITS", 64)
    keys = [f"p{n}@example.com" for n in range(1_000)]
    repeats = Repeats(knows_all=True)
    list(repeats.look(keys))
    assert set(repeats.look(keys)) == {MAYBE}
