"""Questions of segments name the same things by other numbers."""

import pytest

from campaigns.archives import rewriting
from campaigns.audience.segments.parameters import LARGEST_ID


def question(**condition):
    return {"match": "all", "of": [{"match": "any", "of": [condition]}]}


def renumbered(part):
    found = rewriting.segment(part, lambda file, pk: NUMBERS.get((file, pk)))
    return found["of"][0]["of"][0]


NUMBERS = {("lists", 7): 1, ("tags", 8): 2, ("fields", 9): 3, ("campaigns", 10): 4}


@pytest.mark.parametrize(
    ("condition", "name", "number"),
    [
        ({"what": "list", "how": "on", "list": 7}, "list", 1),
        ({"what": "tag", "how": "has", "tag": 8}, "tag", 2),
        ({"what": "text_field", "how": "is", "field": 9, "value": "x"}, "field", 3),
        ({"what": "list", "how": "on", "list": 99}, "list", LARGEST_ID),
        ({"what": "list", "how": "on", "list": LARGEST_ID}, "list", LARGEST_ID),
    ],
)
def test_what_is_named_has_another_number_and_what_is_gone_stays_gone(condition, name, number):
    assert renumbered(question(**condition)) == condition | {name: number}


def test_what_is_not_understood_is_left_as_it_is():
    for odd in ("x", {"match": "all"}, {"of": ["x", {"what": 1, "how": []}]}):
        assert rewriting.segment(odd, lambda file, pk: 1) == odd


def test_a_wrong_question_is_refused():
    with pytest.raises(rewriting.RewritingError):
        rewriting.check_segment(question(what="list", how="hacked", list=7))
    rewriting.check_segment(question(what="list", how="on", list=7))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("c=10&c=99", "c=4"),
        ("list=7&span=90&by=week", "list=1&span=90&by=week"),
        ("list=99&span=90", "span=90"),
        ("span=30", "span=30"),
    ],
)
def test_a_report_asks_for_the_same_by_other_numbers(query, told):
    assert rewriting.report(query, lambda file, pk: NUMBERS.get((file, pk))) == told


@pytest.mark.parametrize("query", ["next=https://x.example", "span=<script>", "by=week&x=1"])
def test_a_report_is_asked_nothing_else(query):
    with pytest.raises(rewriting.RewritingError):
        rewriting.check_report(query)
