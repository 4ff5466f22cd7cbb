"""Only questions of the grammar get in, and what does not get in says where it is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience.segments import ast
from campaigns.audience.segments.ast import Condition, Group, QuestionError
from campaigns.audience.segments.parameters import Kind, Parameter

GRAMMAR: ast.Grammar = {
    "list": {"on": (Parameter("list", Kind.THING),), "on_any": ()},
    "name": {"is": (Parameter("value", Kind.TEXT),)},
    "age": {"over": (Parameter("value", Kind.NUMBER),)},
    "added": {
        "in_last": (Parameter("days", Kind.WHOLE, most=100),),
        "on": (Parameter("day", Kind.DAY),),
    },
    "device": {"is": (Parameter("values", Kind.WORDS, choices=(("mobile", ""), ("tablet", ""))),)},
    "clicked": {
        "in": (Parameter("campaign", Kind.THING), Parameter("link", Kind.WHOLE, optional=True))
    },
}


def asking(*parts, match="all"):
    return {"match": match, "of": list(parts)}


def on(number=3):
    return {"what": "list", "how": "on", "list": number}


def test_a_question_comes_out_as_it_went_in():
    raw = asking(
        on(),
        asking({"what": "name", "how": "is", "value": "Ann"}, match="none"),
        {"what": "device", "how": "is", "values": ["mobile"]},
        {"what": "clicked", "how": "in", "campaign": 5},
        match="any",
    )
    read = ast.read(raw, GRAMMAR)
    assert ast.write(read) == raw
    assert read.of[1] == Group("none", (Condition("name", "is", {"value": "Ann"}),))


def too_deep():
    raw = asking(on())
    for _level in range(ast.DEEPEST):
        raw = asking(raw)
    return raw


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("x", ""),
        (None, ""),
        ([on()], ""),
        ({"match": "all"}, "of"),
        (asking(), "of"),
        (asking(on(), match="some"), "match"),
        (asking(on(), match=["all"]), "match"),
        (asking(on()) | {"version": 2}, "version"),
        (asking(on()) | {"version": True}, "version"),
        (asking(on()) | {"extra": 1}, ""),
        (asking(on(), asking()), "1.of"),
        (asking(on(), "x"), "1"),
        (asking({"what": "password", "how": "is", "value": "x"}), "0.what"),
        (asking({"what": ["list"], "how": "on"}), "0.what"),
        (asking({"what": "list", "how": "off"}), "0.how"),
        (asking({"what": "list", "how": "on"}), "0.list"),
        (asking(on() | {"sql": "1=1"}), "0"),
        (asking(on("3")), "0.list"),
        (asking(on(True)), "0.list"),
        (asking(on(0)), "0.list"),
        (asking(on(2**63)), "0.list"),
        (asking(on(3.0)), "0.list"),
        (asking({"what": "name", "how": "is", "value": ""}), "0.value"),
        (asking({"what": "name", "how": "is", "value": "a\0b"}), "0.value"),
        (asking({"what": "name", "how": "is", "value": "\ud800"}), "0.value"),
        (asking({"what": "name", "how": "is", "value": "x" * 201}), "0.value"),
        (asking({"what": "name", "how": "is", "value": {"x": 1}}), "0.value"),
        (asking({"what": "age", "how": "over", "value": float("nan")}), "0.value"),
        (asking({"what": "age", "how": "over", "value": float("inf")}), "0.value"),
        (asking({"what": "age", "how": "over", "value": 10**400}), "0.value"),
        (asking({"what": "age", "how": "over", "value": True}), "0.value"),
        (asking({"what": "added", "how": "in_last", "days": 0}), "0.days"),
        (asking({"what": "added", "how": "in_last", "days": 101}), "0.days"),
        (asking({"what": "added", "how": "on", "day": "2026-02-30"}), "0.day"),
        (asking({"what": "added", "how": "on", "day": "2026-W01-1"}), "0.day"),
        (asking({"what": "device", "how": "is", "values": []}), "0.values"),
        (asking({"what": "device", "how": "is", "values": "mobile"}), "0.values"),
        (asking({"what": "device", "how": "is", "values": ["watch"]}), "0.values"),
        (asking({"what": "device", "how": "is", "values": ["mobile"] * 51}), "0.values"),
        (too_deep(), "0.0.0.0"),
        (asking(*[on()] * (ast.MOST_CONDITIONS + 1)), ""),
        (asking(*[asking(*[on()] * 20)] * 3), ""),
    ],
)
def test_what_is_no_question_says_where(raw, place):
    with pytest.raises(QuestionError) as refused:
        ast.read(raw, GRAMMAR)
    assert refused.value.place == place
    assert str(refused.value)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
words = st.sampled_from(
    ["match", "of", "what", "how", "list", "value", "all", "none", "on", "name", "is", "version"]
)
anything = st.recursive(
    scalars | words,
    lambda deeper: (
        st.lists(deeper, max_size=4)
        | st.dictionaries(words | st.text(max_size=5), deeper, max_size=4)
    ),
    max_leaves=20,
)


@given(anything)
def test_nothing_but_a_clear_error_comes_of_anything_else(raw):
    try:
        read = ast.read(raw, GRAMMAR)
    except QuestionError as error:
        assert error.words
    else:
        again = json.loads(json.dumps(ast.write(read)))
        assert ast.read(again, GRAMMAR) == read


def test_no_depth_is_too_much():
    raw = asking(on())
    for _level in range(5_000):
        raw = asking(raw)
    with pytest.raises(QuestionError):
        ast.read(raw, GRAMMAR)
