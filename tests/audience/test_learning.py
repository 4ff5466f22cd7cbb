"""Time zones are learned from the clicks of people who agreed, and go when they take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from campaigns.audience import consent, tasks
from campaigns.audience.models import Contact
from tests import world
from tests.audience.test_consent import PREFERENCES
from tests.tracking.agents_met import CHROME, GMAIL, SCANNER
from tests.tracking.hitting import AT, JP, NL, fill, make_campaign, make_hit
from tracking import draining
from tracking.tokens import Mode, Token

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(workspace) -> Contact:
    return world.make_contact(workspace, measuring="granted")


@pytest.fixture
def clicked(tmp_path: Path, ann: Contact) -> Any:
    """Let somebody click in a mail to Ann, just now, and beat come round."""
    campaign = make_campaign()
    ago = timezone.now().timestamp() - AT.timestamp() - 60

    def click(*, after: float = 0, number: int = 1, epoch: int = 0, **fields: Any) -> str:
        mail = Token(campaign, 77, ann.pk, epoch, Mode.INDIVIDUAL)
        fill(tmp_path, [make_hit(mail, number, after=ago + after, **fields)])
        draining.drain(tmp_path)
        tasks.tidy()
        ann.refresh_from_db()
        return ann.learned_zone

    return click


def test_the_zone_of_a_persons_latest_click_is_learned(clicked, ann):
    assert clicked(ip=NL) == "Europe/Amsterdam"
    assert clicked(ip=JP, after=30) == "Asia/Tokyo"
    assert ann.time_zone == "", "what the person said is another matter"


@pytest.mark.parametrize(
    "fields",
    [
        {"number": 0},  # An open tells where a proxy is as often as where a person is.
        {"agent": SCANNER},
        {"agent": GMAIL},
        {"ip": "172.224.226.5"},  # Apple's relay.
        {"ip": "3.5.140.7"},  # A data centre.
        {"ip": "73.1.2.3"},  # A country of many zones, by a file that knows no cities.
        {"flags": "flg"},  # The browser says: do not measure me.
    ],
)
def test_from_nothing_else(clicked, fields):
    assert clicked(agent=fields.pop("agent", CHROME), **fields) == ""


@pytest.mark.parametrize("said", ["unknown", "refused"])
def test_only_of_people_who_agreed(clicked, ann, said):
    Contact.objects.filter(pk=ann.pk).update(measuring=said)
    assert clicked(ip=NL) == ""


def test_taking_it_back_takes_the_zone_back(clicked, ann):
    clicked(ip=NL)
    consent.withdraw(ann, PREFERENCES)
    ann.refresh_from_db()
    assert ann.learned_zone == ""
    assert clicked(ip=NL) == "", "old mails tell nothing more"
