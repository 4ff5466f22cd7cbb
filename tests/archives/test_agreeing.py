"""An archive that was edited by hand lets nobody be measured or mailed who did not agree."""

from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.audience import consent, mail_ledger
from campaigns.audience.consent import Evidence
from campaigns.audience.models import Contact, Purpose, Subscription, Unsubscription
from campaigns.sending.models import Delivery
from tests import world
from tests.archives import houses
from tests.archives.houses import restore
from tests.archives.test_hostile_archives import repack, replacing
from tests.sending import stage
from tracking.models import Engagement, Event

pytestmark = pytest.mark.django_db(transaction=True)

FORM = Evidence("form")


@pytest.fixture
def ann(workspace) -> Contact:
    return world.make_contact(workspace, on=world.make_list(workspace), email="ann@example.com")


def said(workspace) -> tuple[str, str]:
    one = workspace.contacts.get()
    return one.measuring, one.measuring_clicks


def forged(workspace, path, old: bytes, new: bytes, name: str = "contacts.csv"):
    made = houses.archive(workspace, path / "a.zip")
    repack(made, replacing(name, old, new))
    return made


def test_who_is_called_agreed_without_a_line_of_the_ledger_was_not_asked(
    ann, workspace, empty, tmp_path
):
    restore(forged(workspace, tmp_path, b",unknown,", b",granted,"), empty)
    assert said(empty) == ("unknown", "")


def test_who_agreed_by_the_ledger_has_agreed(ann, workspace, empty, tmp_path):
    consent.grant(ann, FORM)
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    assert said(empty) == ("granted", "")


@pytest.mark.parametrize(
    ("grants", "refuses", "claimed", "restored"),
    [
        ("opens", "", b",granted,granted,", ("granted", "unknown")),
        ("both", "clicks", b",granted,,", ("granted", "withdrawn")),
        ("both", "opens", b",granted,,", ("withdrawn", "granted")),
        ("both", "both", b",granted,,", ("withdrawn", "")),
        ("", "both", b",granted,,", ("refused", "")),
    ],
)
def test_the_last_line_about_each_purpose_counts(
    ann, workspace, empty, tmp_path, grants, refuses, claimed, restored
):
    purposes = {"both": consent.BOTH, "": []}
    consent.grant(ann, FORM, purposes.get(grants, [grants]))
    consent.refuse(ann, FORM, purposes.get(refuses, [refuses]))
    ann.refresh_from_db()
    told = f",{ann.measuring},{ann.measuring_clicks or ''},".encode()
    empty_text = told.replace(b",,", b',"",')
    claim = claimed.replace(b",,", b',"",')
    restore(forged(workspace, tmp_path, empty_text, claim), empty)
    assert said(empty) == restored


def test_a_refusal_stays_where_its_line_was_taken_out(ann, workspace, empty, tmp_path):
    consent.grant(ann, FORM)
    consent.refuse(ann, FORM)
    restore(forged(workspace, tmp_path, b",withdrawn,", b",granted,", "consent.csv"), empty)
    assert said(empty) == ("withdrawn", "")


def test_nothing_is_known_of_the_reading_of_who_did_not_agree(ann, workspace, empty, tmp_path):
    Contact.objects.filter(pk=ann.pk).update(
        last_seen_on=timezone.now().date(), learned_zone="Europe/Oslo"
    )
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    one = empty.contacts.get()
    assert (one.last_seen_on, one.learned_zone) == (None, "")


def test_no_workspace_becomes_laxer_by_a_file(ann, workspace, empty, tmp_path):
    path = forged(workspace, tmp_path, b",consent,", b",opt_out,", "workspace.csv")
    restore(path, empty)
    empty.refresh_from_db()
    assert empty.policy == "consent"


def test_a_stricter_policy_comes_along(ann, workspace, empty, tmp_path):
    restore(forged(workspace, tmp_path, b",consent,", b",strict,", "workspace.csv"), empty)
    empty.refresh_from_db()
    assert empty.policy == "strict"


def test_mails_that_wait_measure_only_who_agreed(workspace, empty, tmp_path):
    campaign = stage.make_sending(workspace, people=3)
    agreed, refused, silent = campaign.lists.get().subscriptions.order_by("contact")
    consent.grant(agreed.contact, FORM)
    consent.refuse(refused.contact, FORM)
    Delivery.objects.filter(campaign=campaign).update(mode="individual", click_mode="")
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    modes = Delivery.objects.filter(workspace=empty).values_list("address", "mode", "click_mode")
    assert {address: (mode, clicks) for address, mode, clicks in modes} == {
        agreed.contact.email: ("individual", ""),
        refused.contact.email: ("none", ""),
        silent.contact.email: ("aggregate", ""),
    }


def test_nothing_comes_back_about_who_refused(workspace, member, empty, tmp_path):
    scene = houses.furnish(workspace, member, tmp_path / "scene")
    reader = scene.people[0]
    Contact.objects.filter(pk=reader.pk).update(measuring="refused")
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    mine = Engagement.objects.filter(workspace_id=empty.pk).values_list("contact_id", flat=True)
    events = Event.objects.filter(workspace_id=empty.pk, mode="individual")
    left = empty.contacts.get(email=reader.email).pk
    assert left not in mine
    assert left not in events.values_list("contact_id", flat=True)
    assert events.exists()


def left_by_page(ann):
    one = ann.subscriptions.get()
    Unsubscription.objects.create(
        workspace=ann.workspace, contact=ann, list=one.list, source="page"
    )


def left_by_ledger(ann):
    mail_ledger.end(ann, [ann.subscriptions.get().list], Evidence("page"))


def taken_back(ann):
    left_by_page(ann)
    left_by_ledger(ann)
    Unsubscription.objects.update(undone_at=timezone.now())
    mail_ledger.begin(ann, ann.subscriptions.get().list, Evidence("page"))


def come_back(ann):
    left_by_page(ann)
    left_by_ledger(ann)
    mail_ledger.begin(ann, ann.subscriptions.get().list, FORM)


@pytest.mark.parametrize(
    ("happened", "status"),
    [
        (left_by_page, "unsubscribed"),
        (left_by_ledger, "unsubscribed"),
        (taken_back, "subscribed"),
        (come_back, "subscribed"),
    ],
)
def test_who_left_is_not_put_on_the_list_again(ann, workspace, empty, tmp_path, happened, status):
    happened(ann)
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    row = Subscription.objects.get(workspace=empty)
    assert (row.status, row.unsubscribed_at is None) == (status, status == "subscribed")


def test_a_grant_of_one_purpose_is_none_of_mail(ann, workspace, empty, tmp_path):
    """Lines about getting mail say nothing about being measured."""
    mail_ledger.begin(ann, ann.subscriptions.get().list, FORM)
    restore(forged(workspace, tmp_path, b",unknown,", b",granted,"), empty)
    assert said(empty) == ("unknown", "")
    assert empty.contacts.get().consent_entries.get().purpose == Purpose.MAIL
