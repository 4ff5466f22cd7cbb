"""No kill leaves a row without its files, or files without their row, after the tidying."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from campaigns.composing.models import Picture
from campaigns.composing.pictures import addresses, keeping
from tests import world

State = Picture.State
HOURS = timedelta(hours=2)


class KilledError(BaseException):
    """Stands for a kill: nothing after it runs, nothing catches it."""


def age(picture: Picture, by: timedelta = HOURS) -> None:
    Picture.objects.filter(pk=picture.pk).update(state_at=timezone.now() - by)


def age_files(settings) -> None:
    past = (timezone.now() - timedelta(days=2)).timestamp()
    for path in Path(settings.STORAGES["pictures"]["OPTIONS"]["location"]).rglob("*"):
        os.utime(path, (past, past))


@pytest.mark.parametrize("saved", [0, 1, 2, 3])
def test_a_kill_while_storing_is_tidied_up(bring, kept, monkeypatch, saved):
    storage, save = keeping.storage(), type(keeping.storage()).save
    done: list[str] = []

    def dying(self, name, content, max_length=None):
        if len(done) == saved:
            raise KilledError
        done.append(name)
        return save(self, name, content, max_length)

    monkeypatch.setattr(type(storage), "save", dying)
    monkeypatch.setattr(
        type(Picture.objects.all()), "move", _dying_move(type(Picture.objects.all()).move)
    )
    with pytest.raises(KilledError):
        bring()
    monkeypatch.undo()
    assert len(kept()) == saved
    keeping.tidy()
    assert Picture.objects.get().state == State.STORING, "somebody may still be at it"
    age(Picture.objects.get())
    keeping.tidy()
    assert not Picture.objects.exists()
    assert kept() == []


def _dying_move(move):
    def dying(self, *, source, target):
        if target == State.READY:
            raise KilledError
        return move(self, source=source, target=target)

    return dying


def test_a_kill_while_deleting_is_tidied_up(bring, kept, monkeypatch):
    picture = bring()

    def dying(self, name):
        raise KilledError

    monkeypatch.setattr(type(keeping.storage()), "delete", dying)
    with pytest.raises(KilledError):
        keeping.remove(picture, force=True)
    monkeypatch.undo()
    assert kept()
    keeping.tidy()
    assert not Picture.objects.exists()
    assert kept() == []


def test_who_was_frozen_for_too_long_leaves_nothing(bring, kept, monkeypatch):
    storage, save = keeping.storage(), type(keeping.storage()).save

    def slow(self, name, content, max_length=None):
        if Picture.objects.filter(state=State.STORING).exists():
            age(Picture.objects.get())
            keeping.tidy()
        return save(self, name, content, max_length)

    monkeypatch.setattr(type(storage), "save", slow)
    with pytest.raises(AssertionError, match="took too long"):
        bring()
    assert not Picture.objects.exists()
    assert kept() == []


def test_the_files_of_a_workspace_that_is_gone_go(bring, kept, workspace, settings):
    bring()
    workspace.delete()
    keeping.tidy()
    assert kept(), "what is young may belong to a row that is being written"
    age_files(settings)
    keeping.tidy()
    assert kept() == []


def test_tidying_leaves_what_is_there_alone(bring, kept, settings):
    picture = bring()
    age(picture)
    age_files(settings)
    before = kept()
    keeping.tidy()
    keeping.tidy()
    assert kept() == before
    assert Picture.objects.get().state == State.READY


def test_what_was_kept_for_a_mail_goes_a_month_after_nothing_shows_it(bring, kept, workspace):
    picture = bring()
    campaign = world.make_campaign(workspace, body=addresses.url(picture.files["plain"]))
    assert keeping.remove(picture, force=False) is False
    age(picture, timedelta(days=31))
    keeping.tidy()
    assert kept()
    campaign.delete()
    keeping.tidy()
    assert kept() == []


def test_removing_twice_changes_nothing(bring):
    picture = bring()
    assert keeping.remove(picture, force=True)
    assert keeping.remove(picture, force=True)


def test_a_bucket_keeps_serves_and_forgets_them(bucket, bring, client):
    picture = bring()
    assert set(bucket.objects) == {f"pictures/{path}" for path in picture.files.values()}
    data, headers = bucket.objects[f"pictures/{picture.files['plain']}"]
    assert headers["Content-Type"] == "image/png"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    answer = client.get(addresses.inside(picture.files["plain"]))
    assert b"".join(answer.streaming_content) == data
    assert (
        client.get(addresses.inside(picture.files["plain"]).replace("-600x", "-601x")).status_code
        == 404
    )
    keeping.tidy()
    assert len(bucket.objects) == 3
    keeping.remove(picture, force=True)
    assert bucket.objects == {}


def test_readers_are_sent_to_the_bucket_where_it_has_an_address(bring, settings):
    picture = bring()
    settings.PICTURES = replace(settings.PICTURES, url="https://cdn.example/pictures")
    url = addresses.url(picture.files["plain"])
    assert url == f"https://cdn.example/pictures/{picture.files['plain']}"
