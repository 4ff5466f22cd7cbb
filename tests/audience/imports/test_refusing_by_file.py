"""A "no" in a file works backwards, and a person's own is never overruled by one."""

from datetime import date

import pytest

from campaigns.audience import consent, holding
from campaigns.audience.imports import importing
from campaigns.audience.models import ConsentEntry, Import
from tests import world
from tests.audience.files import import_file, make_import
from tracking.models import Muted


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace)


def make_ann(workspace, **fields):
    return world.make_contact(workspace, email="ann@example.com", **fields)


def said_by_file(cell):
    return f"email,tracking\nann@example.com,{cell}\nx@example.com,yes\n".encode()


def test_mails_that_are_out_collect_nothing_more(workspace, readers):
    ann = make_ann(workspace, measuring="granted")
    import_file(readers, said_by_file("no"), measuring=Import.Measuring.COLUMN)
    muted = Muted.objects.get()
    assert (muted.contact_id, muted.epoch, muted.click_epoch) == (ann.pk, 1, 1)


@pytest.mark.parametrize(
    ("cell", "day", "zone"), [("no", None, ""), ("yes", date(2026, 5, 1), "Europe/Amsterdam")]
)
def test_it_takes_along_what_their_reading_taught(workspace, readers, cell, day, zone):
    ann = make_ann(
        workspace,
        measuring="unknown",
        measuring_clicks="granted",
        last_seen_on=date(2026, 5, 1),
        learned_zone="Europe/Amsterdam",
    )
    import_file(readers, said_by_file(cell), measuring=Import.Measuring.COLUMN)
    ann.refresh_from_db()
    assert (ann.last_seen_on, ann.learned_zone) == (day, zone)


def test_who_says_no_while_the_file_is_merged_has_the_last_word(workspace, readers, monkeypatch):
    ann = make_ann(workspace)
    one = make_import(readers, said_by_file("yes"), measuring=Import.Measuring.COLUMN)
    hold = holding.gathered

    def refused_just_before(*given, **named):
        consent.refuse(ann, consent.Evidence(ConsentEntry.Source.PREFERENCES))
        hold(*given, **named)

    monkeypatch.setattr(holding, "gathered", refused_just_before)
    importing.start(one)
    importing.run(one.pk)
    ann.refresh_from_db()
    assert ann.measuring == "refused"
    assert [line.state for line in ann.consent_entries.exclude(purpose="mail")] == ["refused"]
