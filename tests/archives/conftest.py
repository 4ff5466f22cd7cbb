"""A furnished house, its archive, and an empty house beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase

from campaigns.accounts.models import Member, User, Workspace
from tests import databases, world
from tests.archives import houses


@pytest.fixture(scope="package", autouse=True)
def _quickly_emptied() -> Iterator[None]:
    """Restoring commits, so that each test empties the database after it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: databases.empty())
        yield


@pytest.fixture
def house(workspace: Workspace, member: User, tmp_path: Path) -> Path:
    """The archive of a workspace with something of each sort in it."""
    houses.furnish(workspace, member, tmp_path / "scene")
    return houses.archive(workspace, tmp_path / "one.zip")


@pytest.fixture
def empty(member: User) -> Workspace:
    """A new workspace, in which the same member works."""
    made = world.make_workspace(name="New")
    Member.objects.create(workspace=made, user=member, role="owner")
    return made
