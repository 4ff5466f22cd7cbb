"""A furnished house, its archive, and an empty house beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.accounts.models import Member, User, Workspace
from tests import world
from tests.archives import houses


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
