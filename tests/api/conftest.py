"""Programs with keys that may do less."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from campaigns.accounts.models import Member, User, Workspace
from tests.api import programs


@pytest.fixture
def program_with(workspace: Workspace, member: User) -> Callable[..., Client]:
    """Return programs that may do what their scopes say, in Alice's workspace."""
    mine = Member.objects.get(user=member)
    return lambda *scopes: programs.of(mine, scopes)
