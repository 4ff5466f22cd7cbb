"""Emoji for subjects: whole rows of them, each once, and all with a name."""

from campaigns.composing import emoji


def test_they_fill_rows_of_eight_each_once_and_named():
    offered = emoji.choices()
    assert len(offered) % 8 == 0
    assert len({one.source for one in offered}) == len({one.label for one in offered}) == 48
    assert all(one.label.strip() and not one.source.isascii() for one in offered)
