"""Members: who may come in, what they may do, and that an owner always stays."""

import threading

import pytest
from django.db import connection
from django.test import Client

from campaigns.accounts import membership
from campaigns.accounts.models import Member, User
from tests import world
from tests.world import PASSWORD

NEW = {
    "email": "bob@example.org",
    "name": "Bob",
    "role": "marketer",
    "password": "a fine sentence 12",
}


def test_an_owner_brings_somebody_in(alice: Client, workspace):
    alice.post("/settings/members/new/", NEW)
    bob = User.objects.get(email="bob@example.org")
    assert bob.check_password(NEW["password"])
    assert Member.objects.get(user=bob).role == Member.Role.MARKETER
    assert Client().login(email=bob.email, password=NEW["password"])
    assert workspace.audit.get().details == {"user": bob.pk, "role": "marketer"}


@pytest.mark.parametrize(
    ("field", "value"), [("password", ""), ("password", "12345678"), ("email", "x"), ("role", "x")]
)
def test_a_wrong_entry_makes_nobody(alice: Client, field, value):
    response = alice.post("/settings/members/new/", NEW | {field: value})
    assert field in response.context["form"].errors
    assert User.objects.count() == 1


def test_somebody_with_an_account_keeps_their_password(alice: Client, workspace):
    bob = world.make_member(world.make_workspace(), email="bob@example.org")
    alice.post("/settings/members/new/", NEW | {"email": "BOB@example.org"})
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
    assert set(bob.workspaces.values_list("pk", flat=True)) >= {workspace.pk}


def test_nobody_is_a_member_twice(alice: Client, member):
    response = alice.post("/settings/members/new/", NEW | {"email": member.email})
    assert "a member already" in response.content.decode()
    assert Member.objects.count() == 1


def test_roles_change_and_members_go(alice: Client, workspace):
    bob = world.make_member(workspace, role=Member.Role.READER)
    place = Member.objects.get(user=bob)
    alice.post(f"/settings/members/{place.pk}/role/", {"role": "marketer"})
    place.refresh_from_db()
    assert place.role == Member.Role.MARKETER
    alice.post(f"/settings/members/{place.pk}/remove/")
    assert not Member.objects.filter(user=bob).exists()
    assert User.objects.filter(pk=bob.pk).exists()


def test_the_last_owner_stays_one(alice: Client, member):
    place = Member.objects.get(user=member)
    for path, data in (("role", {"role": "reader"}), ("remove", {})):
        response = alice.post(f"/settings/members/{place.pk}/{path}/", data, follow=True)
        assert "A workspace needs an owner" in response.content.decode()
    place.refresh_from_db()
    assert place.role == Member.Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one_behind():
    workspace = world.make_workspace()
    for _ in range(2):
        world.make_member(workspace, role=Member.Role.OWNER)
    places = list(Member.objects.all())
    barrier = threading.Barrier(2)
    kept: list[int] = []

    def leave(place: Member) -> None:
        barrier.wait()
        try:
            membership.remove(place)
        except membership.LastOwnerError:
            kept.append(place.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[place]) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 1
    assert Member.objects.count() == 1


def test_a_new_password_by_an_owner_ends_the_members_sessions(alice: Client, workspace):
    bob = world.make_member(workspace)
    browser = Client()
    browser.force_login(bob)
    place = Member.objects.get(user=bob)
    new = "quite another sentence 5"
    alice.post(f"/settings/members/{place.pk}/password/", {"password": new})
    assert browser.get("/settings/").status_code == 302
    assert Client().login(email=bob.email, password=new)


def test_an_owner_here_does_not_take_over_people_who_work_elsewhere_too(alice: Client, workspace):
    bob = world.make_member(workspace)
    Member.objects.create(workspace=world.make_workspace(), user=bob)
    place = Member.objects.get(user=bob, workspace=workspace)
    path = f"/settings/members/{place.pk}/password/"
    response = alice.post(path, {"password": "quite another sentence 5"})
    assert "keeps their password" in response.content.decode()
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


@pytest.mark.parametrize("role", [Member.Role.MARKETER, Member.Role.READER])
def test_members_and_the_audit_log_are_for_owners(workspace, role):
    browser = Client()
    browser.force_login(world.make_member(workspace, role=role))
    for path in ("members/", "members/new/", "audit/"):
        assert browser.get(f"/settings/{path}").status_code == 403
    assert browser.post("/settings/members/new/", NEW).status_code == 403
    assert not User.objects.filter(email="bob@example.org").exists()
