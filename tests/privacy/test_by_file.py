"""What files of people left about somebody is told to them, and goes with them."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.imports import tidying
from campaigns.audience.models import Contact, Import, ImportBefore
from campaigns.privacy import links
from campaigns.privacy.erasing import erase
from tests import world

pytestmark = pytest.mark.django_db

OVER_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
VALUES = {
    "first_name": "Anja",
    "last_name": "",
    "language": "de",
    "country": "NL",
    "time_zone": "",
    "fields": {"company": "Blumen"},
}


@pytest.fixture
def ann(workspace):
    return world.make_contact(workspace, email="ann@x.example", first_name="Ann", language="en")


@pytest.fixture
def file(workspace):
    return make_import(workspace)


def make_import(workspace, **fields):
    values = {
        "filename": "fair.csv",
        "status": Import.Status.DONE,
        "names": ["Mail", "Who"],
        "mapping": {"0": "email", "1": "first_name"},
        "merged_at": OVER_AT - timedelta(minutes=1),
        "finished_at": OVER_AT,
    }
    onto = world.make_list(workspace)
    return Import.objects.create(workspace=workspace, list=onto, **(values | fields))


def told(client, contact):
    answer = client.get(reverse("privacy:take_away", args=[links.seal(contact)]))
    return json.loads(answer.content)


def page(client, contact):
    answer = client.get(reverse("privacy:everything", args=[links.seal(contact)]))
    return html.unescape(answer.text)


def test_what_somebody_was_before_a_file_changed_it_is_told_with_its_last_day(client, ann, file):
    ImportBefore.objects.create(of=file, contact_id=ann.pk, values=VALUES)
    [row] = told(client, ann)["befores"]
    assert row == {
        "file": "fair.csv",
        "at": "2026-11-20T11:59:00Z",
        **VALUES,
        "deleted_on": "2027-02-18",
    }
    shown = page(client, ann)
    for words in ("fair.csv", "Anja", "German", "Netherlands", "Feb. 18, 2027"):
        assert words in shown


def test_on_that_day_it_is_gone(ann, file):
    """The promise is that of the tidying: a second earlier it is still there."""
    ImportBefore.objects.create(of=file, contact_id=ann.pk, values=VALUES)
    for left, kept in ((timedelta(minutes=1), 1), (timedelta(0), 0)):
        Import.objects.update(finished_at=timezone.now() - tidying.REMARKS_KEPT + left)
        tidying.tidy()
        assert ImportBefore.objects.count() == kept


def test_what_others_were_before_is_nobody_elses(client, workspace, ann, file):
    ben = world.make_contact(workspace)
    ImportBefore.objects.create(of=file, contact_id=ben.pk, values=VALUES)
    assert told(client, ann)["befores"] == []
    erase([ann.pk])
    assert ImportBefore.objects.get().contact_id == ben.pk


def test_what_somebody_was_before_goes_with_them(ann, file):
    ImportBefore.objects.create(of=file, contact_id=ann.pk, values=VALUES)
    erase([ann.pk])
    assert not ImportBefore.objects.exists()
    assert not Contact.objects.exists()
