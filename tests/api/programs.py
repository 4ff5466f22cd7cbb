"""Programs that ask by key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.test import Client

from campaigns.accounts.api_keys import making
from campaigns.accounts.models import ApiKey, Member, Workspace
from tests import world

EVERY_SCOPE = tuple(ApiKey.Scope.values)


def of(member: Member, scopes: Iterable[str] = EVERY_SCOPE) -> Client:
    """Return a program that acts for the member."""
    _key, text = making.make(member, "Web shop", scopes)
    return with_key(text)


def with_key(text: str) -> Client:
    """Return a program that sends this key, and has no cookie."""
    return Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=True)


def of_role(workspace: Workspace, role: str, scopes: Iterable[str] = EVERY_SCOPE) -> Client:
    """Return a program that acts for a new member of this role."""
    user = world.make_member(workspace, role=role)
    return of(Member.objects.get(user=user, workspace=workspace), scopes)


def send(program: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send JSON, and return the answer."""
    return program.generic(
        method,
        path,
        b"" if body is None else json.dumps(body).encode(),
        "application/json",
        headers=headers,
    )
