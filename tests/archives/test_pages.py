"""Owners ask for archives, take them along, and restore them; nobody else does."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from campaigns.accounts.models import AuditEntry, Member
from campaigns.archives import keeping
from campaigns.archives.models import Archive, Restoration
from campaigns.audience.models import Contact
from tests import world
from tests.archives import houses

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rings(monkeypatch):
    """Which tasks were rung for, instead of a worker."""
    rung: list[tuple[str, int]] = []
    for name in ("make_archive", "restore_archive"):
        monkeypatch.setattr(
            f"campaigns.archives.tasks.{name}.delay_on_commit",
            lambda pk, name=name: rung.append((name, pk)),
        )
    return rung


@pytest.fixture
def archive(workspace, member) -> Archive:
    world.make_contact(workspace, on=world.make_list(workspace), email="ann@example.com")
    made = houses.ask(workspace)
    keeping.make(made.pk)
    made.refresh_from_db()
    return made


def page(client, name, *args):
    return client.get(reverse(f"archives:{name}", args=args))


def signed_in(workspace, role) -> Client:
    browser = Client()
    browser.force_login(world.make_member(workspace, role=role))
    return browser


def test_an_owner_asks_watches_and_downloads(alice, workspace, rings):
    world.make_contact(workspace, email="ann@example.com")
    asked = alice.post(reverse("archives:ask"))
    made = Archive.objects.get()
    assert rings == [("make_archive", made.pk)]
    assert 'hx-trigger="every 1s"' in alice.get(asked.url).text
    keeping.make(made.pk)
    done = alice.get(asked.url).text
    assert "The archive is ready" in done
    assert "contacts.csv" in done
    answer = page(alice, "download", made.pk)
    assert answer["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as opened:
        assert b"ann@example.com" in opened.read("contacts.csv")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"archive_asked", "archive_downloaded"} <= actions


def test_pressed_twice_one_is_made(alice, workspace, rings):
    alice.post(reverse("archives:ask"))
    again = alice.post(reverse("archives:ask"), follow=True)
    assert "is being made already" in again.text
    assert len(rings) == Archive.objects.count() == 1


@pytest.mark.parametrize("role", [Member.Role.MARKETER, Member.Role.READER])
def test_others_see_nothing_of_it(workspace, archive, role):
    browser = signed_in(workspace, role)
    for name, args in (
        ("archives", []),
        ("archive", [archive.pk]),
        ("download", [archive.pk]),
        ("upload", []),
    ):
        assert page(browser, name, *args).status_code == 403
    assert browser.post(reverse("archives:ask")).status_code == 403
    assert "settings/archives" not in browser.get(reverse("accounts:settings")).text


def test_nobody_downloads_it_unasked(client, stranger, archive):
    assert page(client, "download", archive.pk).status_code == 302
    assert page(stranger, "download", archive.pk).status_code == 404


def test_what_is_deleted_is_gone(alice, archive):
    alice.post(reverse("archives:delete_archive", args=[archive.pk]))
    assert page(alice, "download", archive.pk).status_code == 404
    assert not archive.path.exists()
    assert "A member deleted it" in page(alice, "archive", archive.pk).text


def test_a_cancelled_one_says_so(alice, workspace, rings):
    alice.post(reverse("archives:ask"))
    made = Archive.objects.get()
    alice.post(reverse("archives:cancel_archive", args=[made.pk]))
    keeping.make(made.pk)
    assert "was cancelled" in page(alice, "archive", made.pk).text
    assert not made.path.exists()


def upload(client, content, **values):
    file = io.BytesIO(content)
    file.name = "acme.zip"
    return client.post(reverse("archives:upload"), {"file": file, **values}, follow=True)


def test_an_owner_restores_into_an_empty_workspace(alice, member, archive, empty, rings):
    alice.post(reverse("accounts:switch", args=[empty.pk]))
    answer = upload(alice, archive.path.read_bytes())
    one = Restoration.objects.get()
    assert rings == [("restore_archive", one.pk)]
    assert "lines read" in answer.text
    keeping.restore(one.pk)
    done = page(alice, "restoration", one.pk).text
    assert "Everything is restored" in done
    assert empty.contacts.get().email == "ann@example.com"
    assert not one.path.exists()


def test_what_is_no_archive_is_said_on_the_page_and_not_kept(alice, rings, settings):
    answer = upload(alice, b"PK\x03\x04 nonsense")
    assert "no whole ZIP file" in answer.text
    assert answer.status_code == 422
    assert not Restoration.objects.exists()
    assert list((settings.MEDIA_ROOT / "archives").iterdir()) == []


def test_a_workspace_with_people_says_why_not(alice, archive, rings):
    upload(alice, archive.path.read_bytes())
    one = Restoration.objects.get()
    keeping.restore(one.pk)
    failed = page(alice, "restoration", one.pk).text
    assert "is not empty" in failed
    assert Contact.objects.count() == 1


def test_the_page_to_erase_somebody_says_what_becomes_of_archives(alice, archive):
    person = Contact.objects.get()
    text = alice.get(reverse("privacy:erase_contact", args=[person.pk])).text
    assert "Archives of this workspace are deleted" in text


def test_commands_do_the_same(workspace, archive, empty, tmp_path, capsys):
    path = tmp_path / "acme.zip"
    call_command("archive_workspace", workspace.pk, path)
    assert houses.contents(path) == houses.contents(archive.path)
    with pytest.raises(CommandError, match="there already"):
        call_command("archive_workspace", workspace.pk, path)
    call_command("restore_workspace", empty.pk, path)
    assert "contacts.csv: 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore_workspace", empty.pk, path)
