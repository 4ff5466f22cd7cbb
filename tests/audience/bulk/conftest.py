"""Some people to change, and steps short and long."""

import pytest

from campaigns.audience.bulk import running
from tests import world


@pytest.fixture
def crowd(workspace):
    return [
        world.make_contact(workspace, email=f"p{n}@example.com", country="NL" if n % 2 else "BE")
        for n in range(5)
    ]


@pytest.fixture(params=[2, 2000], ids=["in steps", "at once"])
def step(request, monkeypatch):
    monkeypatch.setattr(running, "STEP", request.param)
    monkeypatch.setattr(running, "SLOW_STEP", request.param)
