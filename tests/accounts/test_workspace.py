"""The settings of a workspace, moving between several, and the record of what was done."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.accounts import audit
from campaigns.accounts.models import AuditEntry, Member
from tests import world

SETTINGS = {
    "name": "New name",
    "postal_address": "2 Side Street",
    "policy": "strict",
    "time_zone": "Asia/Tokyo",
    "language": "nl",
}


def test_an_owner_changes_the_settings(alice: Client, workspace):
    alice.post("/settings/", SETTINGS)
    workspace.refresh_from_db()
    assert (workspace.name, workspace.policy, workspace.time_zone) == (
        "New name",
        "strict",
        "Asia/Tokyo",
    )
    entry = workspace.audit.get()
    assert entry.action == "workspace_changed"
    assert set(entry.details["fields"]) == {
        "name",
        "postal_address",
        "policy",
        "time_zone",
        "language",
    }


def test_a_wrong_entry_changes_nothing_not_even_the_page_around_it(alice: Client, workspace):
    response = alice.post("/settings/", SETTINGS | {"time_zone": "Nowhere"})
    assert response.status_code == 422
    assert response.context["workspace"].name == workspace.name
    workspace.refresh_from_db()
    assert workspace.policy == "consent"


def test_others_look_at_the_settings_only(workspace):
    browser = Client()
    browser.force_login(world.make_member(workspace, role=Member.Role.MARKETER))
    assert "Only owners can change" in browser.get("/settings/").content.decode()
    assert browser.post("/settings/", SETTINGS).status_code == 403


def test_a_member_of_two_workspaces_moves_between_them(alice: Client, member, workspace):
    other = world.make_workspace(name="Second")
    Member.objects.create(workspace=other, user=member)
    world.make_sender(other, name="Only there")
    assert "Only there" not in alice.get("/settings/senders/").content.decode()
    alice.post(f"/workspaces/{other.pk}/switch/")
    assert "Only there" in alice.get("/settings/senders/").content.decode()
    assert alice.get(f"/workspaces/{workspace.pk}/switch/").status_code == 405


def test_nobody_moves_where_they_do_not_belong(alice: Client, workspace):
    other = world.make_workspace()
    assert alice.post(f"/workspaces/{other.pk}/switch/").status_code == 404
    assert alice.get("/settings/").context["workspace"] == workspace


def test_a_forged_choice_in_the_session_opens_nothing(alice: Client, workspace):
    session = alice.session
    session["workspace_id"] = world.make_workspace().pk
    session.save()
    assert alice.get("/settings/").context["workspace"] == workspace


def test_a_user_without_a_workspace_is_told_so_and_can_leave(alice: Client, member):
    Member.objects.all().delete()
    response = alice.get("/settings/")
    assert response.status_code == 403
    assert "Ask an owner to add you" in response.content.decode()
    assert alice.post("/sign-out/").status_code == 302


def test_times_are_shown_in_the_zone_of_the_workspace(alice: Client, workspace, member):
    workspace.time_zone = "Asia/Tokyo"
    workspace.save(update_fields=["time_zone"])
    audit.record(member, workspace, "set_up")
    moment = datetime.datetime(2026, 3, 1, 20, 30, tzinfo=datetime.UTC)
    AuditEntry.objects.update(at=moment)
    page = alice.get("/settings/audit/").content.decode()
    assert "When (Asia/Tokyo)" in page
    assert "2026-03-02 05:30:00" in page
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_audit_log_is_paged_newest_first(
    alice: Client, workspace, member, django_assert_max_num_queries
):
    for number in range(60):
        audit.record(member, workspace, "sender_added", sender=number)
    audit.record(None, workspace, "something_new")
    with django_assert_max_num_queries(8):
        answer = alice.get("/settings/audit/")
    page = answer.text
    assert "Something new" in page
    assert "The system" in page
    assert "sender: 59" in page
    assert "sender: 5<" not in page
    audit.record(member, workspace, "sender_added", sender=60)
    second = alice.get("/settings/audit/", {"at": answer.context["page"].next}).context
    numbers = [entry.details["sender"] for entry, _label in second["rows"]]
    assert numbers == list(range(10, -1, -1))
    assert not second["page"].next


@pytest.mark.parametrize("page", ["settings", "settings/senders", "settings/members"])
def test_pages_ask_the_database_a_fixed_number_of_times(
    alice: Client, workspace, page, django_assert_max_num_queries
):
    for _ in range(5):
        world.make_sender(workspace)
        world.make_member(workspace)
    with django_assert_max_num_queries(8):
        alice.get(f"/{page}/")


def test_the_menu_marks_one_place(alice: Client, workspace):
    """Where an inbox is added is a part of the settings."""
    page = alice.get("/settings/providers/new/inbox/").text
    menu = page[page.index("sidebar-nav") : page.index("sidebar-foot")]
    assert menu.count('aria-current="page"') == 1
