"""What a row says beyond what all workspaces keep: the values of the workspace's own fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from django.utils.translation import gettext as _

from campaigns.audience import typed_values
from campaigns.audience.imports import columns

# A file may bring so many fields of its own in JSON; more is no table of people.
MAX_JSON_FIELDS = 100
_TEXT = "text"


@dataclass(frozen=True)
class Kind:
    """What the values of a field are, and which ones where that is a choice."""

    kind: str = _TEXT
    choices: Sequence[str] = field(default_factory=tuple)


class Further:
    """Reads the fields of one file's rows; what is lost goes to `remark`."""

    def __init__(
        self,
        mapping: Mapping[int, str],
        kinds: Mapping[str, Kind],
        *,
        clean: Callable[[str], str],
        remark: Callable[[str], None],
    ) -> None:
        self._clean = clean
        self._remark = remark
        self._kinds = {key: kind for key, kind in kinds.items() if kind.kind != _TEXT}
        fields = [
            (target.removeprefix(columns.FIELD), number)
            for number, target in mapping.items()
            if target.startswith(columns.FIELD)
        ]
        self.texts = [(encode_basestring(k), n) for k, n in fields if k not in self._kinds]
        self.typed = [(key, number) for key, number in fields if key in self._kinds]
        self._json = next((n for n, target in mapping.items() if target == columns.JSON), None)
        self.reads_json = self._json is not None
        self._json_keys: set[str] = set()

    def encode(self, row: Sequence[str]) -> str:
        """Return the row's fields as a JSON object."""
        # An encoder of the whole would be made anew for each row.
        found = [
            f"{key}: {encode_basestring(self._clean(text))}"
            for key, number in self.texts
            if (text := row[number].strip())
        ]
        if self.typed:
            found += [self.value(k, text) for k, n in self.typed if (text := row[n].strip())]
        if self._json is not None and (text := row[self._json].strip()):
            found += self._of_json(text)
        return f"{{{', '.join(filter(None, found))}}}"

    def value(self, key: str, text: str) -> str:
        """Return a field and its value as part of a JSON object; empty where there is none."""
        kind = self._kinds.get(key)
        if kind is None:
            return f"{encode_basestring(key)}: {encode_basestring(self._clean(text))}"
        try:
            value = typed_values.parse(kind.kind, self._clean(text), kind.choices)
        except typed_values.TypedValueError as error:
            self._remark(str(error))
            return ""
        if value is None:
            return ""
        return f"{encode_basestring(key)}: {json.dumps(value, ensure_ascii=False)}"

    def _of_json(self, text: str) -> list[str]:
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            self._remark(_("“%(start)s…” is no JSON object: left out.") % {"start": text[:20]})
            return []
        found: dict[str, str] = {}
        for name, value in said.items():
            key = columns.field_key(name, 0)
            self._json_keys.add(key)
            if len(self._json_keys) > MAX_JSON_FIELDS:
                self._remark(_("“%(name)s” was left out: too many fields.") % {"name": name[:40]})
                self._json_keys.discard(key)
            elif (written := _written(value)).strip():
                found[key] = self.value(key, written.strip())
        return list(found.values())


def _written(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return typed_values.written(value)
