"""A person decides about what looks like a copy, once and for all workspaces."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from campaigns.accounts.models import AuditEntry
from campaigns.composing.models import Campaign
from campaigns.sending import fence, launch, tasks
from campaigns.sending.fence import Standing
from tests import world
from tests.sending import stage
from tests.sending.fence.copies import cause, restore_an_old_backup, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_continues_looks_at_everything_that_was_under_way(scene):
    restore_an_old_backup()
    tasks.tick()
    assert fence.go_on()
    assert statuses() == {
        "to come": "scheduled",
        "due": "missed",
        "late": "missed",
        "preparing": "preparing",
        "sending": "paused",
        "sent": "sent",
    }
    assert {cause(name) for name in ("due", "late", "preparing", "sending")} == {"clone"}
    assert fence.check(renew=True)
    assert not fence.go_on()


def test_what_was_being_frozen_is_paused_when_it_is(draft):
    stage.make_people(draft.workspace, draft.lists.get(), 2)
    fence.check(renew=True)
    launch.launch(draft)
    restore_an_old_backup()
    assert not fence.check()
    fence.go_on()
    assert not launch.prepare(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.pause_cause) == ("paused", "clone")
    assert stage.states(draft) == {"pending": 2}


def test_the_owner_is_asked_on_every_page_and_decides_once(alice, workspace, scene):
    restore_an_old_backup()
    tasks.tick()
    for name in ("reports:home", "audience:lists", "accounts:settings"):
        assert "This looks like a copy" in alice.get(reverse(name)).text
    for _ in range(2):
        answer = alice.post(reverse("sending:fence"), {"choice": "send"}, follow=True)
    assert "This looks like a copy" not in answer.text
    assert AuditEntry.objects.filter(action="copy_sends", workspace=workspace).count() == 1


def test_a_copy_that_is_kept_quiet_says_so_and_can_be_let_go(alice, workspace, scene):
    restore_an_old_backup()
    tasks.tick()
    alice.post(reverse("sending:fence"), {"choice": "quiet"})
    assert "This copy is kept quiet" in alice.get(reverse("reports:home")).text
    assert fence.standing() is Standing.QUIET
    assert not fence.check()
    assert AuditEntry.objects.filter(action="copy_kept_quiet", workspace=workspace).count() == 1
    alice.post(reverse("sending:fence"), {"choice": "send"})
    assert fence.check()


def test_other_workspaces_learn_of_it_and_not_of_who(alice, stranger, workspace, scene):
    restore_an_old_backup()
    tasks.tick()
    alice.post(reverse("sending:fence"), {"choice": "send"})
    entries = AuditEntry.objects.filter(action="copy_sends")
    assert {entry.workspace_id == workspace.pk: bool(entry.user) for entry in entries} == {
        True: True,
        False: False,
    }


def test_only_owners_decide(client, workspace, scene):
    restore_an_old_backup()
    tasks.tick()
    client.force_login(world.make_member(workspace, role="marketer"))
    page = client.get(reverse("reports:home")).text
    assert "Ask an owner" in page
    assert "This is the one that should send" not in page
    assert client.post(reverse("sending:fence"), {"choice": "send"}).status_code == 403


def test_looking_decides_nothing(alice, scene):
    assert alice.get(reverse("sending:fence")).status_code == 405


def test_nothing_is_launched_from_a_copy(alice, draft):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    fence.check(renew=True)
    restore_an_old_backup()
    fence.check()
    answer = alice.post(reverse("sending:confirm", args=[draft.pk]), {"launch": "yes"})
    assert answer.status_code == 422
    assert "so nothing is sent" in answer.text
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.DRAFT


def test_the_command_tells_and_decides(capsys, workspace):
    fence.check(renew=True)
    call_command("fence")
    assert "Open" in capsys.readouterr().out
    restore_an_old_backup()
    call_command("fence")
    assert "the next tick locks it" in capsys.readouterr().out
    fence.check()
    call_command("fence", "--quiet")
    assert "as somebody decided" in capsys.readouterr().out
    call_command("fence", "--send")
    assert "Open" in capsys.readouterr().out
    assert AuditEntry.objects.filter(action="copy_sends", user=None).count() == 1
