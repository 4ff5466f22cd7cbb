"""Members save views, schedule their mails, and delete them again."""

from datetime import time

import pytest

from campaigns.accounts.models import AuditEntry, Member, Workspace
from campaigns.reports import posting, saving
from campaigns.reports.models import Receiver, SavedReport, Schedule
from campaigns.reports.rhythm import Rhythm

pytestmark = pytest.mark.django_db

DAILY = Rhythm("daily", time(8))


@pytest.fixture
def me(workspace, member):
    return Member.objects.get(workspace=workspace, user=member)


@pytest.fixture
def report(workspace, member):
    return saving.save(workspace, "Weekly look", "review", "span=7", member)


def test_a_member_saves_schedules_and_deletes(alice, workspace, me):
    answer = alice.post(
        "/reports/save/", {"name": "Mine", "kind": "growth", "query": "span=365&x=1"}
    )
    assert answer["Location"] == "/reports/"
    report = SavedReport.objects.get()
    assert report.query == "span=365"
    form = {"every": "monthly", "weekday": 0, "day": 31, "at": "07:30", "members": [me.pk]}
    assert alice.post(f"/reports/{report.pk}/mail/", form).status_code == 302
    page = alice.get("/reports/").text
    assert "Every month, on day 31, 07:30" in page
    assert "alice@example.org" in page
    assert alice.post(f"/reports/{report.pk}/mail/stop/").status_code == 302
    assert not Schedule.objects.exists()
    alice.post(f"/reports/{report.pk}/delete/")
    assert not SavedReport.objects.exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "report_saved",
        "report_scheduled",
        "report_unscheduled",
        "report_deleted",
    ]


@pytest.mark.parametrize(
    "wrong", [{"members": []}, {"day": 32}, {"at": "25:00"}, {"every": "hourly"}, {"weekday": 9}]
)
def test_a_schedule_that_makes_no_sense_is_refused(alice, report, me, wrong):
    form = {"every": "daily", "weekday": 0, "day": 1, "at": "08:00", "members": [me.pk]} | wrong
    assert alice.post(f"/reports/{report.pk}/mail/", form).status_code == 422
    assert not Schedule.objects.exists()


def test_strangers_cannot_be_receivers(alice, report, stranger):
    charlie = Member.objects.get(user__email="charlie@example.net")
    form = {"every": "daily", "weekday": 0, "day": 1, "at": "08:00", "members": [charlie.pk]}
    assert alice.post(f"/reports/{report.pk}/mail/", form).status_code == 422


def test_a_name_is_given_once(alice, report):
    alice.post("/reports/save/", {"name": report.name, "kind": "review", "query": ""})
    assert SavedReport.objects.count() == 1
    assert "There is a report of this name already" in alice.get("/reports/").text


def test_ids_of_others_are_not_kept(workspace, member, make_scene, stranger):
    scene = make_scene(granted=1)
    elsewhere = Workspace.objects.get(name="Elsewhere")
    saved = saving.save(elsewhere, "Theirs", "compare", f"c={scene.campaign.pk}", member)
    assert saved.query == ""


def test_choosing_somebody_again_mails_them_again(report, me):
    saving.schedule(report, DAILY, [me])
    posting.stop(Receiver.objects.get())
    saving.schedule(report, DAILY, [me])
    assert Receiver.objects.get().stopped_at is None
