"""A clock that jumps costs no hit, and counts none twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from tests.tracking.hitting import make_campaign, person
from tests.tracking.readers import counted
from tracking import draining, keys, spool, wsgi
from tracking.models import Event
from tracking.tokens import Kind

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
# Corrected by a time server, summer time done wrong, a dead battery, and all of it back.
STEPS = (
    NOW,
    NOW - timedelta(seconds=3),
    NOW + timedelta(hours=1),
    NOW - timedelta(hours=1),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    NOW + timedelta(seconds=1),
)


@pytest.mark.parametrize("drains", ["at each step", "in the end"])
def test_hits_are_counted_once_whatever_the_clock_says(drains):
    campaign = make_campaign("https://example.com/a")
    app = wsgi.application(wsgi.nothing_else)
    drainer = draining.Drainer(settings.SPOOL_DIR)
    sign, made = keys.signer().sign, 0
    for moment in STEPS:
        with time_machine.travel(moment):
            for number in range(1, 11):
                mail = person(campaign, number)
                for path in (
                    f"/track/open/{sign(Kind.OPEN, mail)}.gif",
                    f"/track/click/{sign(Kind.CLICK, mail)}/1",
                ):
                    app({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda *_: lambda _: None)
                    made += 1
            if drains == "at each step":
                while drainer.step(limit=7):
                    pass
    while drainer.step():
        pass
    assert Event.objects.count() == counted() == made == len(STEPS) * 20
    moments = set(Event.objects.values_list("at", flat=True))
    assert {moment.replace(microsecond=0) for moment in moments} == set(STEPS)
    assert all(spool.read(path, 0, 1) != ([], 0) for path in spool.segments(settings.SPOOL_DIR))
