"""Every address of the product, read from the URLconf, with arguments that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from campaigns.accounts.models import Workspace
from tests.security import routes


@dataclass(frozen=True)
class Route:
    """One address, as the URLconf has it."""

    name: str
    pattern: str
    parameters: tuple[str, ...]
    view: Callable[..., object]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return not getattr(self.view, "login_required", True)

    @property
    def opens_by_key(self) -> bool:
        """Whether a key of a program opens it, and no session."""
        return getattr(self.view, "opens_by_key", False)

    @property
    def has_object(self) -> bool:
        """Whether the address names something that belongs to a workspace."""
        return any(_is_id(name) for name in self.parameters)

    @property
    def has_objects(self) -> bool:
        """Whether it names more than one."""
        return sum(_is_id(name) for name in self.parameters) > 1

    def path(self, values: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})

    def values(self, workspace: Workspace) -> dict[str, Any]:
        """Arguments of this route that name things of the workspace."""
        return {name: self._value(name, workspace) for name in self.parameters}

    def data(self, workspace: Workspace) -> dict[str, Any]:
        """What to post, where an address alone says too little to be found."""
        return {name: make(workspace) for name, make in routes.DATA.get(self.name, {}).items()}

    def _value(self, name: str, workspace: Workspace) -> Any:
        if name == "pk":
            return routes.of_prefix(self.pattern.removeprefix("api/v1/"))(workspace)
        return routes.VALUES[name](workspace)


def every() -> list[Route]:
    """All routes of the URLconf."""
    return list(_walk(get_resolver(), "", ""))


def _is_id(parameter: str) -> bool:
    return parameter == "pk" or parameter.endswith("_pk")


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"{pattern} needs a name, for this walk and for templates"
            parameters = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
            yield Route(namespace + entry.name, pattern, tuple(parameters), entry.callback)
