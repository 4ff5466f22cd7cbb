"""The description of the API, arranged for people to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Named:
    """A parameter, or a value of a body."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Entry:
    """One thing that programs may ask."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scopes: list[str]
    names: list[Named] = field(default_factory=list)


def groups(schema: Mapping[str, Any]) -> list[tuple[str, list[Entry]]]:
    """Return what may be asked, by group, in the order of the description."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append(_entry(schema, path, method, operation))
    return list(found.items())


def _entry(
    schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Entry:
    names = [
        Named(
            one["name"],
            one["in"],
            _kind(schema, one["schema"]),
            one["required"],
            one.get("description", ""),
        )
        for one in operation["parameters"]
    ]
    return Entry(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        scopes=operation["x-scopes"],
        names=[*names, *_body(schema, operation)],
    )


def _body(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Named]:
    if "requestBody" not in operation:
        return []
    found = _resolved(schema, operation["requestBody"]["content"]["application/json"]["schema"])
    required = found.get("required", [])
    return [
        Named(name, "body", _kind(schema, one), name in required, one.get("description", ""))
        for name, one in found.get("properties", {}).items()
    ]


def _kind(schema: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Say in a few words what a value may be."""
    if "anyOf" in one:
        return " or ".join(_kind(schema, each) for each in one["anyOf"])
    one = _resolved(schema, one)
    if "enum" in one or "const" in one:
        return " | ".join(str(value) for value in one.get("enum", [one.get("const")]))
    kind = str(one.get("type", "anything"))
    if kind == "array":
        return f"list of {_kind(schema, one.get('items', {}))}"
    return f"{kind} ({one['format']})" if "format" in one else kind


def _resolved(schema: Mapping[str, Any], one: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in one:
        return one
    found: Mapping[str, Any] = schema["components"]["schemas"][one["$ref"].rsplit("/", 1)[-1]]
    return found
