"""What the tests of the fence begin with."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from campaigns.sending import fence
from tests import world
from tests.sending import stage


@pytest.fixture
def mark(settings) -> Path:
    return Path(settings.INSTANCE_FILE)


@pytest.fixture
def scene(workspace):
    """One of each: to come, due, hours late, being frozen, being sent, and finished."""
    assert fence.check(renew=True)
    now = timezone.now()
    for name, status, minutes in [
        ("to come", "scheduled", 60),
        ("due", "scheduled", -1),
        ("late", "scheduled", -300),
        ("preparing", "preparing", None),
        ("sent", "sent", None),
    ]:
        at = now + timedelta(minutes=minutes) if minutes else None
        world.make_campaign(workspace, name=name, status=status, scheduled_at=at)
    stage.make_sending(workspace, people=2, name="sending")
