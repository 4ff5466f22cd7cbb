"""Conditions about a workspace's own fields, by kind: text, number, date, yes or no, choice.

Values lie within a JSON column. A value of another type than its field's, from before the
field had one, is as if there were none; where a text is wanted, it counts as its text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import CharField, F, Func, JSONField, Lookup, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Substr
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    IEndsWith,
    IExact,
    In,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
    Regex,
)
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Field
from campaigns.audience.segments.conditions import anniversaries, texts
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Asking, How, Thing, Values, What, fact

SUBJECT = _("Your own fields")
NAME = _("whose “%(field)s”")
NUMBER = (Parameter("value", Kind.NUMBER, _("Number")),)
BETWEEN = (
    Parameter("least", Kind.NUMBER, _("From")),
    Parameter("most", Kind.NUMBER, _("To")),
)
WORDS = (Parameter("values", Kind.WORDS, _("Which"), thing="choice", within="field"),)


def _text(who: Asking, values: Values) -> Any:
    """The value as text, of a text or a choice; empty where there is none."""
    return Coalesce(
        KeyTextTransform(who.keys[values["field"]], F("fields")),
        Value(""),
        output_field=TextField(),
    )


def _json(who: Asking, values: Values) -> Any:
    return KeyTransform(who.keys[values["field"]], F("fields"))


def _is_a(who: Asking, values: Values, kind: str) -> Q:
    """Whether there is a value, and of this type of JSON: never null."""
    found = Func(_json(who, values), function="jsonb_typeof", output_field=CharField())
    return Q(Exact(Coalesce(found, Value("")), kind))


def _text_how(label: Any, words: Any, lookup: type[Lookup[Any]], *, no: bool = False) -> How:
    def answer(who: Asking, values: Values) -> Any:
        found = Q(lookup(_text(who, values), values["value"]))
        return fact(~found if no else found)

    return How(label, answer, texts.said(NAME, words), texts.TEXT)


def _known(kind: str) -> dict[str, How]:
    def filled(who: Asking, values: Values) -> Q:
        if kind == "string":
            return ~Q(Exact(_text(who, values), ""))
        return _is_a(who, values, kind)

    return {
        "known": How(
            _("is known"),
            lambda who, values: fact(filled(who, values)),
            texts.said(NAME, _("is known")),
        ),
        "unknown": How(
            _("is not known"),
            lambda who, values: fact(~filled(who, values)),
            texts.said(NAME, _("is not known")),
        ),
    }


def _number_how(
    label: Any, words: Any, compare: Callable[[Any, Values], Q], parameters: Any = NUMBER
) -> How:
    def answer(who: Asking, values: Values) -> Any:
        # The type is asked, too: JSON puts all words below all numbers, and true above them.
        return fact(_is_a(who, values, "number") & compare(_json(who, values), values))

    return How(label, answer, texts.said(NAME, words), parameters)


def _number(value: Any) -> Value:
    return Value(value, JSONField())


def _between(who: Asking, values: Values, first: date | None, end: date | None) -> Q:
    """Days are written so that their order is that of words."""
    found = Q(Regex(_text(who, values), r"^\d{4}-\d\d-\d\d$"))
    if first is not None:
        found &= Q(GreaterThanOrEqual(_text(who, values), first.isoformat()))
    if end is not None:
        found &= Q(LessThan(_text(who, values), end.isoformat()))
    return found


def _around(who: Asking, values: Values, days: Sequence[str]) -> Q:
    is_date = Q(Regex(_text(who, values), r"^\d{4}-\d\d-\d\d$"))
    return is_date & Q(In(Substr(_text(who, values), 6), list(days)))


def _choice(who: Asking, values: Values) -> Q:
    return Q(In(_text(who, values), list(values["values"])))


def _yes(value: bool) -> How:
    def answer(who: Asking, values: Values) -> Any:
        return fact(
            _is_a(who, values, "boolean") & Q(Exact(_json(who, values), Value(value, JSONField())))
        )

    label = _("yes") if value else _("no")
    return How(label, answer, texts.said(NAME, _("is yes") if value else _("is no")))


def _thing(kind: str) -> Thing:
    def names(workspace_id: int, ids: Collection[int]) -> Mapping[int, str]:
        mine = Field.objects.staying().filter(workspace=workspace_id, kind=kind, pk__in=ids)
        return dict(mine.values_list("pk", "label"))

    def options(workspace_id: int) -> list[tuple[int, str]]:
        mine = Field.objects.staying().filter(workspace=workspace_id, kind=kind)
        return list(mine.order_by("position", "label").values_list("pk", "label"))

    return Thing(f"{kind}_field", _("a field, or one of another kind,"), names, options)


def choices_of(workspace_id: int, ids: Collection[int]) -> Mapping[int, list[tuple[str, str]]]:
    """Return the words of the fields that are choices."""
    mine = Field.objects.staying().filter(workspace=workspace_id, kind=Field.Kind.CHOICE)
    return {
        field.pk: [(str(word), str(word)) for word in field.choices]
        for field in mine.filter(pk__in=ids)
    }


def _what(kind: str, hows: Mapping[str, How]) -> What:
    thing = f"{kind}_field"
    about = Parameter("field", Kind.THING, _("Field"), thing=thing)
    return What(thing, SUBJECT, _("Field"), hows, about=about)


THINGS = tuple(_thing(kind) for kind in Field.Kind.values)
WHATS = (
    _what(
        "text",
        {
            "is": _text_how(_("is"), _("is “%(value)s”"), IExact),
            "is_not": _text_how(_("is not"), _("is not “%(value)s”"), IExact, no=True),
            "contains": _text_how(_("contains"), _("contains “%(value)s”"), IContains),
            "contains_not": _text_how(
                _("does not contain"), _("does not contain “%(value)s”"), IContains, no=True
            ),
            "starts": _text_how(_("begins with"), _("begins with “%(value)s”"), IStartsWith),
            "ends": _text_how(_("ends with"), _("ends with “%(value)s”"), IEndsWith),
        }
        | _known("string"),
    ),
    _what(
        "number",
        {
            "is": _number_how(
                "=", _("is %(value)s"), lambda n, v: Q(Exact(n, _number(v["value"])))
            ),
            "over": _number_how(
                ">", _("is over %(value)s"), lambda n, v: Q(GreaterThan(n, _number(v["value"])))
            ),
            "under": _number_how(
                "<", _("is under %(value)s"), lambda n, v: Q(LessThan(n, _number(v["value"])))
            ),
            "between": _number_how(
                _("from … to …"),
                _("is from %(least)s to %(most)s"),
                lambda n, v: (
                    Q(GreaterThanOrEqual(n, _number(v["least"])))
                    & Q(LessThanOrEqual(n, _number(v["most"])))
                ),
                BETWEEN,
            ),
        }
        | _known("number"),
    ),
    _what(
        "date",
        texts.days(_between, texts.said(NAME, _("is")))
        | anniversaries.anniversary(_around, NAME)
        | _known("string"),
    ),
    _what("yes_no", {"yes": _yes(True), "no": _yes(False)} | _known("boolean")),
    _what(
        "choice",
        {
            "is": How(
                _("is one of"),
                lambda who, values: fact(_choice(who, values)),
                texts.said(NAME, _("is %(values)s")),
                WORDS,
            ),
            "is_not": How(
                _("is none of"),
                lambda who, values: fact(~_choice(who, values)),
                texts.said(NAME, _("is not %(values)s")),
                WORDS,
            ),
        }
        | _known("string"),
    ),
)
