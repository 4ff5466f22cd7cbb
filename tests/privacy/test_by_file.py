"""What files of people left about somebody is told to them, and goes with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.audience import addresses
from campaigns.audience.imports import tidying
from campaigns.audience.models import Contact, Import, ImportBefore, ImportRemark
from campaigns.privacy.erasing import erase
from tests import world
from tests.privacy.asking import page, told

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


def test_it_is_told_in_the_order_of_their_own_facts_and_nothing_that_nobody_knows(
    client, ann, file
):
    """An archive that was edited by hand may bring more."""
    values = {"shoe_size": 43, **VALUES}
    ImportBefore.objects.create(of=file, contact_id=ann.pk, values=values)
    [row] = told(client, ann)["befores"]
    assert list(row) == ["file", "at", *VALUES, "deleted_on"]
    assert "Anja" in page(client, ann)


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


def remark(file, *cells, line=7, **fields):
    values = {"reason": "no such language", "cells": list(cells)} | fields
    return ImportRemark.objects.create(workspace=file.workspace, of=file, line=line, **values)


def test_a_line_of_theirs_that_was_left_out_is_told_with_its_reason_and_last_day(client, ann, file):
    remark(file, "Ann@X.example", "Anja, of Ghent")
    [row] = told(client, ann)["left_out"]
    assert row == {
        "file": "fair.csv",
        "line": 7,
        "imported": False,
        "reason": "no such language",
        "cells": {"Mail": "Ann@X.example", "Who": "Anja, of Ghent"},
        "deleted_on": "2027-02-18",
    }
    shown = page(client, ann)
    assert "Who: Anja, of Ghent" in shown
    assert "no such language" in shown


OF_OTHERS = [
    ("joann@x.example", "Jo"),
    ("ann@x.example.org", "Ann of another house"),
    ("ben@x.example", "a friend of ann@x.example"),
    ("ann@x.example, ben@x.example", "two"),
    ("", "ann@x.example"),
]


@pytest.mark.parametrize("cells", OF_OTHERS, ids=[cells[0] or "none" for cells in OF_OTHERS])
def test_a_line_of_somebody_else_is_not_told(client, ann, file, cells):
    """Also not where it names them: the rest of it is about another person."""
    remark(file, *cells)
    assert told(client, ann)["left_out"] == []


def test_a_line_of_an_address_that_they_had_before_is_theirs(client, ann, file):
    ann.mergers.create(workspace=ann.workspace, merged_id=ann.pk + 1, email="old@y.example")
    remark(file, "Ann <old@y.example>")
    [row] = told(client, ann)["left_out"]
    assert row["cells"] == {"Mail": "Ann <old@y.example>"}


def test_lines_of_another_workspace_are_not_told(client, ann):
    elsewhere = make_import(world.make_workspace())
    remark(elsewhere, "ann@x.example")
    assert told(client, ann)["left_out"] == []


STRUCK = [
    ("ANN@x.example", True),
    ("Ann\nann@x.example", True),
    ("'ann@x.example'", True),
    ("ben, with <ann@x.example>.", True),
    ("joann@x.example", False),
    ("jo.ann@x.example", False),
    ("ann@x.example.org", False),
    ("ann@x.example-shop.org", False),
]


@pytest.mark.parametrize(("cell", "gone"), STRUCK, ids=[cell for cell, _gone in STRUCK])
def test_erasing_empties_the_lines_that_name_the_address_and_no_others(ann, file, cell, gone):
    remark(file, "x", cell)
    remark(file, line=8, reason=f"{cell}: odd")
    erase([ann.pk])
    for row in ImportRemark.objects.all():
        assert ((row.cells, row.reason) == ([], "")) == gone


def test_erasing_finds_an_international_domain_in_either_spelling(workspace, file):
    written = "Anna@Blumen-M\u00fcller.example"
    anna = world.make_contact(workspace, email=addresses.check(written))
    remark(file, written)
    erase([anna.pk])
    assert ImportRemark.objects.get().cells == []
