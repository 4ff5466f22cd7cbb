"""Pictures go along with their files, and come back written anew, where the new house has them."""

from __future__ import annotations

import io
import json

import pytest
from django.conf import settings
from PIL import Image

from campaigns.archives.reading import ArchiveError
from campaigns.composing.models import Picture
from campaigns.composing.pictures import addresses, keeping
from tests import world
from tests.archives import houses
from tests.archives.houses import restore
from tests.archives.test_hostile_archives import repack
from tests.composing.pictures import photos
from tests.composing.pictures.conftest import bucket as bucket
from tests.composing.pictures.conftest import kept as kept

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boat(workspace, member) -> Picture:
    return houses.picture(workspace, member)


def size_of(path: str) -> tuple[int, int]:
    with keeping.storage().open(path) as file, Image.open(file) as image:
        return image.size


def test_a_picture_comes_back_in_its_sizes_under_another_address(boat, workspace, empty, tmp_path):
    made = houses.archive(workspace, tmp_path / "a.zip")
    assert sorted(houses.pictures(made)) == sorted(boat.files.values())
    restore(made, empty)
    new = empty.pictures.get()
    assert new.key != boat.key
    assert new.files == {use: path.replace(boat.key, new.key) for use, path in boat.files.items()}
    assert (new.name, new.folder.name, new.state) == ("Boat", "Boats", "ready")
    assert [size_of(new.files[use]) for use in ("plain", "sharp", "small")] == [
        (600, 300),
        (1200, 600),
        (320, 160),
    ]


def test_mails_show_the_picture_from_where_it_is_now(boat, workspace, empty, tmp_path):
    """Text, a block, and what else only looks like a picture of ours."""
    url, foreign = addresses.url(boat.files["plain"]), "https://x.example/a-1x1.png"
    shown = houses.blocks({"type": "image", "src": url, "alt": "A boat"})
    world.make_campaign(workspace, body=f"![A boat]({url}) ![Other]({foreign})")
    world.make_template(workspace, body=shown)
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    here = addresses.url(empty.pictures.get().files["plain"])
    assert empty.campaigns.get().body == f"![A boat]({here}) ![Other]({foreign})"
    assert json.loads(empty.templates.get().body)["blocks"][0]["src"] == here


def test_one_that_was_kept_for_mails_is_kept_on(boat, workspace, empty, tmp_path):
    Picture.objects.update(state="kept")
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    assert empty.pictures.get().state == "kept"


def test_one_whose_files_are_lost_stays_behind(boat, workspace, empty, tmp_path):
    for path in boat.files.values():
        keeping.storage().delete(path)
    url = addresses.url(boat.files["plain"])
    world.make_campaign(workspace, body=f"![A boat]({url})")
    rows = restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    assert (rows["pictures.csv"], empty.pictures.count()) == (0, 0)
    assert empty.campaigns.get().body == f"![A boat]({url})"


def test_pictures_go_from_a_bucket_into_a_bucket(bucket, workspace, member, empty, tmp_path):
    boat = houses.picture(workspace, member)
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    new = empty.pictures.get()
    assert {f"pictures/{path}" for one in (boat, new) for path in one.files.values()} == set(
        bucket.objects
    )


def with_files(path, change):
    """Pack the archive anew after `change` was done to the bytes of each picture."""

    def edit(files, manifest):
        for name in files:
            if name.startswith("pictures/"):
                files[name] = change(files[name])

    repack(path, edit)
    return path


def commented(data: bytes) -> bytes:
    """The picture with words in it that nobody sees."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, "GIF", comment=b"<script>alert(1)</script>")
    return out.getvalue()


def test_only_pixels_are_let_in(boat, workspace, empty, tmp_path):
    made = with_files(houses.archive(workspace, tmp_path / "a.zip"), commented)
    assert all(b"<script>" in data for data in houses.pictures(made).values())
    restore(made, empty)
    for path in empty.pictures.get().files.values():
        with keeping.storage().open(path) as file:
            assert b"<script>" not in file.read()


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\nno more than this",
        b"",
    ],
    ids=["SVG", "HTML", "damaged", "nothing"],
)
def test_what_is_no_picture_is_left_out(boat, workspace, empty, tmp_path, kept, data):
    before = kept()
    made = with_files(houses.archive(workspace, tmp_path / "a.zip"), lambda _data: data)
    restore(made, empty)
    assert not empty.pictures.exists()
    assert kept() == before


def test_a_bomb_of_pixels_is_left_out(boat, workspace, empty, tmp_path, settings):
    settings.PICTURES = settings.PICTURES.__class__(
        **{**vars(settings.PICTURES), "most_pixels": 100_000}
    )
    bomb = photos.photo(1000, 1000)
    restore(with_files(houses.archive(workspace, tmp_path / "a.zip"), lambda _data: bomb), empty)
    assert not empty.pictures.exists()


def test_more_than_a_library_may_hold_is_refused(boat, workspace, empty, tmp_path, monkeypatch):
    small = settings.PICTURES.__class__(**{**vars(settings.PICTURES), "quota": 100})
    made = houses.archive(workspace, tmp_path / "a.zip")
    monkeypatch.setattr(settings, "PICTURES", small)
    with pytest.raises(ArchiveError, match="more than a library may hold"):
        restore(made, empty)
    assert not empty.pictures.exists()


@pytest.mark.parametrize(
    "path",
    ["../../../etc/passwd", "/etc/passwd", "x.png", '0"', 7, ["a"], {"plain": "x"}, None],
)
def test_a_path_that_is_none_of_ours_leads_nowhere(boat, workspace, empty, tmp_path, kept, path):
    before = kept()

    def edit(files, manifest):
        text = json.dumps({"plain": path, "sharp": path}).replace('"', '""').encode()
        told = json.dumps(boat.files).replace('"', '""').encode()
        assert told in files["pictures.csv"]
        files["pictures.csv"] = files["pictures.csv"].replace(told, text)

    made = houses.archive(workspace, tmp_path / "a.zip")
    repack(made, edit)
    restore(made, empty)
    assert not empty.pictures.exists()
    assert kept() == before
