"""Members write notes on contacts; the person takes them away, and forgetting deletes them."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import forgetting
from campaigns.audience.models import Note
from campaigns.privacy import take_away
from campaigns.reports import story
from tests import world


@pytest.fixture
def ann(workspace):
    return world.make_contact(workspace)


@pytest.fixture
def note(workspace, ann, member):
    return ann.notes.create(workspace=workspace, text="Met in Ghent", author=member)


def test_a_note_says_who_and_when_and_is_deleted_on_record(alice, workspace, ann):
    alice.post(reverse("audience:add_note", args=[ann.pk]), {"text": "Met in <b>Ghent</b>\nTwice"})
    note = ann.notes.get()
    page = alice.get(reverse("audience:contact", args=[ann.pk])).text
    assert "Met in &lt;b&gt;Ghent&lt;/b&gt;<br>Twice" in page
    assert "alice@example.org" in page
    alice.post(reverse("audience:delete_note", args=[note.pk]))
    assert not Note.objects.exists()
    assert workspace.audit.get().details == {"contact": ann.pk}


@pytest.mark.parametrize("text", ["", "  ", "a" * 4001, "a\0b"])
def test_what_cannot_be_kept_is_refused(alice, ann, text):
    response = alice.post(reverse("audience:add_note", args=[ann.pk]), {"text": text}, follow=True)
    assert "Note" in response.text and not Note.objects.exists()


def test_notes_are_told_taken_away_and_forgotten(ann, note):
    assert "A member wrote a note" in [str(moment.text) for moment in story.of(ann)]
    told = json.loads(take_away.take_away(ann, timezone.now()))
    assert [row["text"] for row in told["notes"]] == ["Met in Ghent"]
    forgetting.forget([ann.pk])
    assert not Note.objects.exists()


def test_readers_see_notes_and_write_none(client, workspace, ann, note):
    client.force_login(world.make_member(workspace, role="reader"))
    page = client.get(reverse("audience:contact", args=[ann.pk])).text
    assert "Met in Ghent" in page and "Keep the note" not in page
    assert client.post(reverse("audience:delete_note", args=[note.pk])).status_code == 403


def test_strangers_find_no_note(stranger, note):
    assert stranger.post(reverse("audience:delete_note", args=[note.pk])).status_code == 404
    assert Note.objects.get() == note
