"""Days that come around each year are found by the workspace's clock, from the next year on."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from campaigns.audience.models import ConsentEntry, Contact, Subscription
from campaigns.audience.segments import applying
from tests import world

pytestmark = pytest.mark.django_db

# Where it is tomorrow for half of the day.
ZONE = ZoneInfo("Pacific/Auckland")
EARLY, LATE = time(0, 10), time(23, 50)


@pytest.fixture
def today(workspace) -> Iterator[date]:
    workspace.time_zone = ZONE.key
    workspace.save(update_fields=["time_zone"])
    # It stays today until all is asked.
    with time_machine.travel(timezone.now(), tick=False):
        yield timezone.localdate(timezone=ZONE)


@pytest.fixture
def moments(today) -> dict[str, datetime]:
    def ago(days: int, at: time) -> datetime:
        # Four years, so that a leap day has had one.
        day = today + timedelta(days=days)
        return datetime.combine(day.replace(year=day.year - 4), at, ZONE)

    return {
        "yesterday": ago(-1, LATE),
        "early": ago(0, EARLY),
        "late": ago(0, LATE),
        "tomorrow": ago(1, EARLY),
        "in three": ago(3, LATE),
        "in four": ago(4, EARLY),
        "this year": datetime.combine(today, EARLY, ZONE),
    }


def found(workspace, **asked) -> set[str]:
    question = {"match": "all", "of": [asked]}
    segment = workspace.segments.create(name=str(asked), question=question)
    return set(applying.people(segment).values_list("first_name", flat=True))


def test_of_joining_a_list(workspace, moments):
    news = world.make_list(workspace)
    for name, at in moments.items():
        contact = world.make_contact(workspace, on=news, first_name=name)
        Subscription.objects.filter(contact=contact).update(subscribed_at=at)
    gone = world.make_contact(workspace, on=news, first_name="gone")
    Subscription.objects.filter(contact=gone).update(subscribed_at=moments["early"])
    gone.subscriptions.all().end()
    asked = {"what": "joined", "how": "anniversary", "list": news.pk}
    assert found(workspace, **asked, days=0) == {"early", "late"}
    assert found(workspace, **asked, days=3) == {"early", "late", "tomorrow", "in three"}
    other = world.make_list(workspace)
    assert found(workspace, **(asked | {"list": other.pk}), days=3) == set()


def test_of_confirming_a_sign_up(workspace, moments):
    for name, at in moments.items():
        contact = world.make_contact(workspace, first_name=name)
        said(contact, at)
    said(world.make_contact(workspace, first_name="by hand"), moments["early"], source="member")
    said(world.make_contact(workspace, first_name="opens"), moments["early"], purpose="opens")
    asked = {"what": "confirmed", "how": "anniversary"}
    assert found(workspace, **asked, days=0) == {"early", "late"}
    assert found(workspace, **asked, days=1) == {"early", "late", "tomorrow"}
    assert found(workspace, what="confirmed", how="never") == {"by hand", "opens"}
    assert found(workspace, what="confirmed", how="ever") == set(moments)
    assert found(workspace, what="confirmed", how="in_last", days=2) == {"this year"}


def test_of_being_added(workspace, moments):
    for name, at in moments.items():
        contact = world.make_contact(workspace, first_name=name)
        Contact.objects.filter(pk=contact.pk).update(created_at=at)
    assert found(workspace, what="added", how="anniversary", days=0) == {"early", "late"}


def said(contact, at, *, source="form", purpose="mail") -> None:
    ConsentEntry.objects.create(
        workspace_id=contact.workspace_id,
        contact=contact,
        purpose=purpose,
        state="granted",
        source=source,
        at=at,
    )
