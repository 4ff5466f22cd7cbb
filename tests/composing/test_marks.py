"""Stand-ins for what is filled in, and texts that try to be one."""

import pytest

from campaigns.composing.marks import Marks, Tag


def test_a_text_with_a_mark_in_it_gets_marks_of_another_kind():
    assert Marks("zq0z").put(Tag("{{ x }}", 1)) == "zqq0z"


@pytest.mark.parametrize("source", ["&#122;&#113;0z", "z&#x71;0z", "&#90;Q0z", "zq&#48;z"])
def test_nor_can_an_encoded_mark_stand_for_one_of_ours(source):
    assert Marks(source).put(Tag("{{ x }}", 1)) == "zqq0z"


@pytest.mark.parametrize("text", ["zq7z", f"zq{'9' * 5000}z"])
def test_what_a_parser_made_of_something_else_stands_for_nothing(text):
    marks = Marks("")
    marks.put(Tag("{{ x }}", 1))
    assert marks.restore(text, str) == text
