"""Real workers and a real beat on a test's own database, with a broker of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.chaos import crew
from tests.sending.sink import Sink

# Of beat, in these tests.
TICK = 1.0


@pytest.fixture
def party(db, settings, tmp_path: Path) -> Iterator[crew.Crew]:
    """A crew in which nobody works yet. None of it is left when the test ends."""
    environment = crew.settings(databases.url()) | {
        "CANDID_VAR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
        "CHAOS_TICK": str(TICK),
        "CHAOS_RINGS": str(tmp_path / "rings"),
    }
    party = crew.Crew(tmp_path, environment)
    yield party
    party.stop()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A well-behaved SMTP server."""
    with Sink() as server:
        yield server
