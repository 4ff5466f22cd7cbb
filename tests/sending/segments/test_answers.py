"""The compiler finds whom a slow evaluator in Python finds, for whatever may be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Field
from campaigns.audience.segments import compiling, estimating
from tests.sending.segments.town import CAMPAIGNS, COLOURS, Town
from tests.sending.segments.truth import answer

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["under way", "over"])
def town(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[Town]:
    # No day ends while questions are asked about days.
    with time_machine.travel(timezone.now(), tick=False):
        yield Town(workspace, over=request.param)


Choice = tuple[str, list[str], dict[str, st.SearchStrategy[Any]]]


def _of_own_fields(
    town: Town, texts: st.SearchStrategy[str], day: st.SearchStrategy[str]
) -> list[Choice]:
    number = st.sampled_from([-1, 0, 2, 2.5, 3])
    days = st.integers(0, 366)
    text_hows = ["is", "is_not", "contains", "contains_not", "starts", "ends"]
    colours = st.lists(st.sampled_from(COLOURS), min_size=1)
    found: list[Choice] = [
        ("text", text_hows, {"value": texts}),
        ("number", ["is", "over", "under"], {"value": number}),
        ("number", ["between"], {"least": number, "most": number}),
        ("date", ["in_last", "before_last"], {"days": st.integers(1, 500)}),
        ("date", ["on", "before", "from"], {"day": day}),
        ("date", ["between"], {"first": day, "last": day}),
        ("date", ["anniversary"], {"days": days}),
        ("yes_no", ["yes", "no"], {}),
        ("choice", ["is", "is_not"], {"values": colours}),
    ]
    found += [(kind, ["known", "unknown"], {}) for kind in Field.Kind.values]
    return [
        (f"{kind}_field", hows, {"field": st.just(town.fields[kind]), **values})
        for kind, hows, values in found
    ]


@st.composite
def conditions(draw: st.DrawFn, town: Town) -> dict[str, Any]:
    """Draw a condition about things that there are."""
    texts = st.sampled_from(["ann", "A", "ë", "%", "_", "\\", "'", "zzz"])
    day = st.integers(0, 40).map(lambda n: (town.today - timedelta(days=n)).isoformat())
    campaign = st.sampled_from([one.pk for one in town.campaigns])
    imported = st.sampled_from([one.pk for one in town.imports])
    last = st.integers(1, CAMPAIGNS + 1)
    days = {"days": st.sampled_from([1, 4, 5, 20, 60, 150, 300, 450])}
    purpose = st.sampled_from(["opens", "clicks"])
    words = {"countries": ["CL", "PE", "NL"], "languages": ["es", "nl"], "devices": ["mobile"]}
    some = {name: st.lists(st.sampled_from(of), min_size=1) for name, of in words.items()}
    text_hows = ["is", "is_not", "contains", "contains_not", "starts", "ends"]
    choices: list[Choice] = [
        ("first_name", text_hows, {"value": texts}),
        ("first_name", ["known", "unknown"], {}),
        ("email", ["contains", "contains_not", "starts"], {"value": texts}),
        ("email", ["domain"], {"value": st.just("a.example")}),
        ("country", ["is", "is_not"], {"values": some["countries"]}),
        ("country", ["known", "unknown"], {}),
        ("language", ["is", "is_not"], {"values": some["languages"]}),
        ("added", ["in_last", "before_last"], {"days": st.integers(1, 500)}),
        ("added", ["on", "before", "from"], {"day": day}),
        ("added", ["between"], {"first": day, "last": day}),
        ("added", ["anniversary"], {"days": st.integers(0, 366)}),
        *_of_own_fields(town, texts, day),
        ("tag", ["has", "has_not"], {"tag": st.sampled_from(town.tags)}),
        ("tag", ["any", "none"], {}),
        ("list", ["on", "not_on", "left"], {"list": st.sampled_from(town.lists)}),
        ("list", ["on_any", "on_none"], {}),
        ("import", ["by", "not_by", "listed"], {"import": imported}),
        ("import", ["any", "none"], {}),
        ("joined", ["in_last", "before_last"], {"list": st.sampled_from(town.lists), **days}),
        ("oddity", ["role", "disposable", "mistyped"], {}),
        ("measuring", ["agreed", "refused", "not_asked"], {"purpose": purpose}),
        ("quiet", ["for"], days),
        ("seen", ["in_last", "before_last"], days),
        ("seen", ["never"], {}),
        ("sent", ["in_last"], days),
        ("opened", ["in_last"], days),
        ("clicked", ["in_last"], days),
        ("mailed", ["yes", "no"], {}),
        ("sent", ["campaign", "not_campaign"], {"campaign": campaign}),
        ("sent", ["any", "never"], {}),
        ("sent", ["last", "not_last"], {"last": last}),
        ("opened", ["campaign", "not_campaign"], {"campaign": campaign}),
        ("opened", ["any", "never"], {}),
        ("opened", ["last", "not_last"], {"last": last}),
        ("opened", ["often"], {"last": last, "times": st.integers(1, 3)}),
        ("clicked", ["campaign", "not_campaign"], {"campaign": campaign}),
        ("clicked", ["campaign"], {"campaign": campaign, "link": st.integers(1, 3)}),
        ("clicked", ["any", "never"], {}),
        ("clicked", ["last", "not_last"], {"last": last}),
        ("clicked", ["often"], {"last": last, "times": st.integers(1, 3)}),
        ("read_in", ["is"], {"values": some["countries"]}),
        ("device", ["is"], {"values": some["devices"]}),
    ]
    what, hows, values = draw(st.sampled_from(choices))
    given_values = {name: draw(strategy) for name, strategy in values.items()}
    return {"what": what, "how": draw(st.sampled_from(hows)), **given_values}


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "match": st.sampled_from(["all", "any", "none"]),
            "of": st.lists(parts, min_size=1, max_size=3),
        }
    )


@settings(max_examples=150)
@given(data=st.data())
def test_the_compiler_finds_whom_the_evaluator_finds(town: Town, data: st.DataObject):
    one = conditions(town)
    raw = data.draw(groups(one | groups(one | groups(one))))
    question = compiling.read(raw)
    said = {pk: answer(raw, person, town.setting()) for pk, person in town.people.items()}
    found = set(compiling.people(town.workspace, question).values_list("pk", flat=True))
    assert found == {pk for pk, yes in said.items() if yes is True}
    unseen = set(compiling.unseen(town.workspace, question).values_list("pk", flat=True))
    assert unseen == {pk for pk, yes in said.items() if yes is None}
    # Asked of a few people, it is asked in another way.
    asked = estimating.said(town.workspace, question, list(town.people))
    assert {pk for pk, yes, _no in asked if yes} == found
    assert {pk for pk, yes, no in asked if not yes and not no} == unseen


DAYS = [1, 4, 5, 20, 60, 150, 300, 450]


@pytest.mark.parametrize(
    ("what", "hows"),
    [
        ("quiet", ["for"]),
        ("seen", ["in_last", "before_last"]),
        ("sent", ["in_last"]),
        ("opened", ["in_last"]),
        ("clicked", ["in_last"]),
    ],
)
def test_days_are_those_that_the_evaluator_counts(town: Town, what: str, hows: list[str]):
    seen = set()
    for how in hows:
        for days in DAYS:
            raw = {"match": "all", "of": [{"what": what, "how": how, "days": days}]}
            said = {pk: answer(raw, one, town.setting()) for pk, one in town.people.items()}
            seen |= set(said.values())
            found = compiling.people(town.workspace, compiling.read(raw))
            assert set(found.values_list("pk", flat=True)) == {
                pk for pk, yes in said.items() if yes is True
            }
            unseen = compiling.unseen(town.workspace, compiling.read(raw))
            assert set(unseen.values_list("pk", flat=True)) == {
                pk for pk, yes in said.items() if yes is None
            }
    # There is somebody on both sides, or somebody of whom it is not known.
    assert {True} < seen
