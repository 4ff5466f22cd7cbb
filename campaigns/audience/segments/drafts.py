"""A question while it is built: read from a form, changed by its buttons, half-written or not.

A draft is the question's JSON, of which anything may be missing yet. The form's fields are
named by place: `m-0.1` says how the group at 0.1 matches, `w-0.1.0` what its first condition is
about, `h-…` how it is asked, and `v-0.1.0-days` one of its values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from campaigns.audience.segments import ast, registry
from campaigns.audience.segments.parameters import Kind, Parameter

Draft = dict[str, Any]
_PLACE = re.compile(r"(?:[0-9]{1,2}(?:\.[0-9]{1,2}){0,5})?")
_NAME = re.compile(f"([mw])-({_PLACE.pattern})")
_ORDER = ("all", "any", "none")
# One condition that is not chosen yet.
BLANK: Draft = {"what": "", "how": ""}


@dataclass(frozen=True)
class Removed:
    """What was just taken out, so that it can come back."""

    place: str
    part: Draft

    def write(self) -> str:
        """Return it as the form keeps it."""
        return json.dumps({"place": self.place, "part": self.part})


def new(first: Draft | None = None) -> Draft:
    """Return a draft with one condition."""
    return {"match": "all", "of": [dict(first or BLANK)]}


def read(data: QueryDict) -> Draft:
    """Return the draft that a form holds."""
    parts: dict[str, Draft] = {}
    for name in list(data)[:1000]:
        found = _NAME.fullmatch(name)
        if found and found[1] == "m":
            match = data[name] if data[name] in _ORDER else "all"
            parts[found[2]] = {"match": match, "of": []}
        elif found and found[2]:
            parts[found[2]] = _condition(data, found[2])
    root = parts.setdefault("", {"match": "all", "of": []})
    for place in sorted((place for place in parts if place), key=_numbers):
        parent = parts.get(place.rpartition(".")[0])
        if parent is not None and "of" in parent:
            parent["of"].append(parts[place])
    return root


def condition(what: str, data: Mapping[str, str]) -> Draft:
    """Return one condition as a page's address gives it: ?what=list&how=on&list=3."""
    values = QueryDict(mutable=True)
    values["w-0"], values["h-0"] = what, data.get("how", "")
    for name, value in data.items():
        values[f"v-0-{name}"] = value
    return _condition(values, "0")


def act(draft: Draft, action: str, removed: Removed | None) -> Removed | None:
    """Change the draft as a button says, and return what it took out."""
    verb, _colon, place = action.partition(":")
    match verb:
        case "add" if (group := _at(draft, place)) and "of" in group:
            group["of"].append(dict(BLANK))
        case "group" if (group := _at(draft, place)) and "of" in group:
            group["of"].append({"match": "any", "of": [dict(BLANK)]})
        case "remove":
            return _remove(draft, place)
        case "undo" if removed is not None:
            _put_back(draft, removed)
            return None
    return removed


def focus(draft: Draft, action: str) -> str:
    """Return the place that the keyboard goes to after `action`."""
    verb, _colon, place = action.partition(":")
    if verb == "remove":
        return "undo"
    group = _at(draft, place) if verb in ("add", "group") else None
    if group is None or not group.get("of"):
        return ""
    last = f"{place}.{len(group['of']) - 1}".removeprefix(".")
    return last if verb == "add" else f"{last}.0"


def read_removed(text: str) -> Removed | None:
    """Return what the form keeps of the part that was taken out, if it makes sense."""
    try:
        raw = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict):
        return None
    place, part = raw.get("place"), _tidy(raw.get("part"), 0)
    if not isinstance(place, str) or not place or not _PLACE.fullmatch(place):
        return None
    return Removed(place, part) if part else None


def _condition(data: QueryDict, place: str) -> Draft:
    # The choice of a thing's own condition names it: "text_field:12".
    name, _colon, about = data.get(f"w-{place}", "").partition(":")
    what = registry.whats().get(name)
    if what is None:
        return dict(BLANK)
    how = data.get(f"h-{place}", "")
    if how not in what.hows:
        how = next(iter(what.hows))
    found: Draft = {"what": name, "how": how}
    for one in what.parameters(how):
        if what.about is one and about:
            found[one.name] = _value(one, [about])
        else:
            given = [text for text in data.getlist(f"v-{place}-{one.name}") if text]
            if given:
                found[one.name] = _value(one, given)
    return found


def _value(parameter: Parameter, given: list[str]) -> Any:
    """Return what was typed in the type that the question wants, where it can be read so."""
    text = given[0].strip()
    match parameter.kind:
        case Kind.WORDS:
            return given[:1000]
        case Kind.WHOLE | Kind.THING if text.isascii() and text.isdecimal() and len(text) < 19:
            return int(text)
        case Kind.NUMBER:
            return _number(text)
    return text


def _number(text: str) -> Any:
    plain = text.replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", plain):
        return float(plain) if "." in plain else int(plain)
    return text


def conditions(draft: Draft) -> Iterator[Draft]:
    """Yield the conditions of a draft, in order."""
    if "match" not in draft:
        yield draft
    for part in draft.get("of", ()):
        yield from conditions(part)


def _numbers(place: str) -> tuple[int, ...]:
    return tuple(map(int, place.split(".")))


def _at(draft: Draft, place: str) -> Draft | None:
    if not _PLACE.fullmatch(place):
        return None
    found = draft
    for number in map(int, filter(None, place.split("."))):
        if number >= len(found.get("of", ())):
            return None
        found = found["of"][number]
    return found


def _remove(draft: Draft, place: str) -> Removed | None:
    above, _dot, last = place.rpartition(".")
    if not last or _at(draft, place) is None:
        return None
    group = _at(draft, above) or draft
    return Removed(place, group["of"].pop(int(last)))


def _put_back(draft: Draft, removed: Removed) -> None:
    above, _dot, last = removed.place.rpartition(".")
    group = _at(draft, above)
    if group is None or "of" not in group:
        group = draft
    group["of"].insert(int(last), removed.part)


def _tidy(raw: object, depth: int) -> Draft | None:
    """Return a draft with nothing in it that a form could not have made."""
    if not isinstance(raw, dict) or depth > ast.DEEPEST:
        return None
    if "match" in raw:
        of = raw.get("of")
        parts = (
            [_tidy(one, depth + 1) for one in of[: ast.MOST_CONDITIONS]]
            if isinstance(of, list)
            else []
        )
        match = raw["match"] if raw["match"] in _ORDER else "all"
        return {"match": match, "of": [one for one in parts if one is not None]}
    what, how = raw.get("what"), raw.get("how")
    if not isinstance(what, str) or not isinstance(how, str) or what not in registry.whats():
        return dict(BLANK)
    if how not in registry.whats()[what].hows:
        return dict(BLANK)
    names = {one.name for one in registry.whats()[what].parameters(how)}
    plain = {name: value for name, value in raw.items() if name in names and _is_plain(value)}
    return {"what": what, "how": how, **plain}


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) and _is_plain(one) for one in value)
    if isinstance(value, str):
        # JSON can name half of a character, which no page can show.
        return value == value.encode("utf-8", "ignore").decode()
    return isinstance(value, int | float)


def known(question: object) -> Draft:
    """Return a saved question as a draft."""
    found = _tidy(question, 0)
    return found if found and "match" in found else new()
