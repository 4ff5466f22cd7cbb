"""Walk every operation of the API: without a key, by foreign, poor, revoked and readers' keys.

The operations come from the API's own description, so a new one is walked on the day it is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from campaigns.accounts.api_keys import making
from campaigns.accounts.models import ApiKey, Member
from campaigns.api import openapi
from campaigns.audience import suppression
from tests import world
from tests.api import programs
from tests.security import walking
from tests.security.walking import Route
from tests.security.watching import read_to_the_end, written

ROUTES = {f"/{route.pattern}": route for route in walking.every() if route.opens_by_key}
QUESTION = {"question": {"match": "all", "of": [{"what": "list", "how": "on_any"}]}}
# What each operation with a body takes.
BODIES: dict[str, Any] = {
    "POST /api/v1/contacts/lookup": {"email": "pat@example.com"},
    "POST /api/v1/suppressions/lookup": {"email": "pat@example.com"},
    "POST /api/v1/segments/validate": QUESTION,
    "POST /api/v1/segments/count": QUESTION,
    "POST /api/v1/contacts": {"email": "kim@example.com", "tags": ["Press"]},
    "PATCH /api/v1/contacts/{pk}": {"first_name": "Kim"},
    "PATCH /api/v1/contacts/{pk}/tags": {"add": ["Press"]},
    "PUT /api/v1/contacts/{pk}/lists/{list_pk}": {"basis": "consent", "note": "At the fair"},
    "PUT /api/v1/contacts/{pk}/measuring": {"answer": "refused"},
    "POST /api/v1/lists": {"name": "Shop"},
    "PATCH /api/v1/lists/{pk}": {"description": "What is new"},
    "POST /api/v1/lists/{pk}/imports": {
        "rows": [{"email": "kim@example.com"}],
        "basis": "consent",
        "note": "At the fair",
    },
    "POST /api/v1/suppressions": {"entries": ["stopped@example.org"]},
    "POST /api/v1/suppressions/lift": {"entry": "example.net", "why": "Was a slip"},
}


@dataclass(frozen=True)
class Operation:
    """One thing that programs may ask."""

    method: str
    path: str
    scopes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return any(scope.endswith(":write") for scope in self.scopes)

    @property
    def route(self) -> Route:
        [found] = [route for path, route in ROUTES.items() if _bare(path) == self.path]
        return found

    def send(self, program: Client, values: dict[str, Any]):
        body = BODIES.get(str(self))
        response = programs.send(program, self.method, self.route.path(values), body)
        read_to_the_end(response)
        return response


def _bare(pattern: str) -> str:
    """A pattern of Django's as OpenAPI writes it."""
    return pattern.replace("<int:", "{").replace("<str:", "{").replace("<", "{").replace(">", "}")


EVERY = [
    Operation(method.upper(), path, tuple(details["x-scopes"]))
    for path, methods in openapi.schema()["paths"].items()
    for method, details in methods.items()
]
OF_OBJECTS = [one for one in EVERY if "{" in one.path]
WRITING = [one for one in EVERY if one.writes]


def every(operations=EVERY) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=str)


def refused(response, status: int) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_the_walk_sees_the_api():
    assert {str(one) for one in EVERY} >= {"GET /api/v1/contacts", "GET /api/v1/lists/{pk}"}
    assert {one.route for one in EVERY} == set(ROUTES.values())
    assert all(one.scopes for one in EVERY)


@every()
def test_without_a_key_there_is_nothing_whoever_is_signed_in(operation, workspace, alice, client):
    values = operation.route.values(workspace)
    for browser in (Client(), alice, Client(headers={"Authorization": "Bearer candid_no"})):
        with written() as statements:
            refused(operation.send(browser, values), 401)
        assert statements == []


@every(OF_OBJECTS)
@pytest.mark.parametrize("role", Member.Role.values)
def test_a_key_of_another_workspace_finds_nothing(operation, role, workspace):
    values = operation.route.values(workspace)
    elsewhere = programs.of_role(world.make_workspace(), role)
    with written() as statements:
        response = operation.send(elsewhere, values)
    refused(response, 403 if operation.writes and role == Member.Role.READER else 404)
    assert statements == []


@every([one for one in OF_OBJECTS if one.path.count("{") > 1 and "list_pk" in one.path])
def test_an_object_of_ones_own_behind_a_foreign_one_is_no_key(operation, workspace, program):
    elsewhere = world.make_workspace()
    for foreign in operation.route.parameters:
        values = operation.route.values(workspace)
        values |= {foreign: operation.route.values(elsewhere)[foreign]}
        with written() as statements:
            refused(operation.send(program, values), 404)
        assert statements == []


@every()
def test_its_own_key_finds_it(operation, workspace, program):
    """Else the other walks would prove nothing."""
    world.make_contact(workspace, email="pat@example.com")
    suppression.suppress_domains(workspace.pk, ["example.net"])
    response = operation.send(program, operation.route.values(workspace))
    assert response.status_code in {200, 201, 204}, response.text


@every()
def test_each_scope_is_needed(operation, workspace, member):
    mine = Member.objects.get(user=member)
    values = operation.route.values(workspace)
    for lacking in operation.scopes:
        poor = programs.of(mine, set(programs.EVERY_SCOPE) - {lacking})
        with written() as statements:
            refused(operation.send(poor, values), 403)
        assert statements == []


@every()
def test_a_reader_s_key_looks_and_changes_nothing(operation, workspace):
    world.make_contact(workspace, email="pat@example.com")
    reader = programs.of_role(workspace, Member.Role.READER)
    values = operation.route.values(workspace)
    with written() as statements:
        response = operation.send(reader, values)
    if operation.writes:
        refused(response, 403)
    else:
        assert response.status_code == 200
    assert statements == []


@every()
def test_a_revoked_key_opens_nothing(operation, workspace, program):
    values = operation.route.values(workspace)
    for key in ApiKey.objects.all():
        making.revoke(key)
    with written() as statements:
        response = operation.send(program, values)
    refused(response, 401)
    assert statements == []
