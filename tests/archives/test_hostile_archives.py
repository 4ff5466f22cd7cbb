"""An archive that was tampered with says what is wrong, and changes nothing."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest
from django.db import connection

from campaigns.accounts.models import Member
from campaigns.archives import catalogue, restoring, staging
from campaigns.archives.reading import ArchiveError, Reader
from campaigns.audience.models import Contact, List
from campaigns.composing.models import Brand, Campaign
from tests import world
from tests.archives import houses
from tests.archives.houses import restore

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(workspace, sender, tmp_path):
    """A small archive: two people on a list, and a draft."""
    readers = world.make_list(workspace, name="Readers")
    world.make_contact(workspace, on=readers, email="ann@example.com")
    world.make_contact(workspace, on=readers, email="ben@example.com")
    world.make_campaign(workspace, sender=sender, lists=[readers])
    return houses.archive(workspace, tmp_path / "one.zip")


def repack(path, edit, *, honest=True, extra=()):
    """Write the archive anew after `edit` changed its files; with right hashes if `honest`."""
    files = houses.contents(path)
    files |= {f"pictures/{name}": data for name, data in houses.pictures(path).items()}
    manifest = houses.manifest(path)
    edit(files, manifest)
    listed = manifest["files"] if isinstance(manifest["files"], list) else []
    for one in listed if honest else ():
        content = files.get(one["name"], b"")
        one["bytes"], one["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in [*files.items(), *extra]:
            made.writestr(name, content)
        made.writestr("manifest.json", json.dumps(manifest))


def replacing(name, old, new):
    def edit(files, manifest):
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return edit


def refused(path, empty, words):
    with pytest.raises(ArchiveError, match=words):
        restore(path, empty)
    assert not Contact.objects.filter(workspace=empty).exists()
    assert not List.objects.filter(workspace=empty).exists()
    assert not Campaign.objects.filter(workspace=empty).exists()
    empty.refresh_from_db()
    assert empty.name == "New"


def test_what_was_only_packed_anew_is_let_in(house, empty):
    repack(house, lambda files, manifest: None)
    restore(house, empty)
    assert Contact.objects.filter(workspace=empty).count() == 2


def drop(name):
    return lambda files, manifest: files.pop(name)


def manifest_says(**values):
    return lambda files, manifest: manifest.update(values)


def add_column(files, manifest):
    files["lists.csv"] = files["lists.csv"].replace(b"name", b"name,is_admin", 1)
    columns = next(one for one in manifest["files"] if one["name"] == "lists.csv")["columns"]
    columns.append({"name": "is_admin", "type": "text", "words": ""})


def more_rows(files, manifest):
    next(one for one in manifest["files"] if one["name"] == "lists.csv")["rows"] = 7


def endless_rows(files, manifest):
    manifest["files"][0]["rows"] = float("inf")


def more_rows_than_bytes(files, manifest):
    manifest["files"][-1]["rows"] = 2**80


WRONG = {
    "a missing file": (drop("contacts.csv"), "contacts.csv is missing"),
    "another format": (manifest_says(format="x"), "no archive of a Candid workspace"),
    "a later version": (manifest_says(version=3), "another version"),
    "no list of files": (manifest_says(files="x"), "says nothing of"),
    "files of nonsense": (manifest_says(files=[{"name": 1}]), "not as manifests are"),
    "rows without end": (endless_rows, "not as manifests are"),
    "more rows than bytes": (more_rows_than_bytes, "not as long as its manifest says"),
    "an unknown column": (add_column, "a column that is not known here: 'is_admin'"),
    "more rows than there are": (more_rows, "another number of lines"),
    "a header that lies": (replacing("lists.csv", b"id,name", b"id,nome"), "cannot be read"),
    "a cell too few": (
        replacing("tags.csv", b"name,created_at\n", b"name,created_at\n7\n"),
        "tags",
    ),
    "a NUL": (replacing("lists.csv", b"Readers", b"Rea\0ers"), "lists.csv cannot be read"),
    "no UTF-8": (replacing("lists.csv", b"Readers", b"Rea\xffers"), "lists.csv cannot be read"),
    "a word that is none": (replacing("subscriptions.csv", b",subscribed,", b",owned,"), "status"),
    "a reference outside": (replacing("subscriptions.csv", b"1,2,sub", b"1,99,sub"), "contact"),
    "a reference below": (replacing("subscriptions.csv", b"1,2,sub", b"1,-5,sub"), "contact"),
    "a reference to a gap": (replacing("contacts.csv", b"\n1,ann", b"\n9,ann"), "contact"),
    "a time zone of no place": (
        replacing("workspace.csv", b",UTC,", b",Mars/Olympus,"),
        "time_zone",
    ),
    "a language that is none": (replacing("workspace.csv", b",en,", b',"e/../n",'), "language"),
    "blocks that are none": (
        replacing("campaigns.csv", b",markdown,", b",blocks,"),
        "no editor here would make",
    ),
    "a number twice": (replacing("contacts.csv", b"\n2,ben", b"\n1,ben"), "twice"),
    "a number of nobody": (replacing("contacts.csv", b"\n2,ben", b"\n-2,ben"), "none that we"),
    "an address twice": (replacing("contacts.csv", b"ben@", b"ANN@"), "contacts.csv"),
    "an address of two lines": (
        replacing("contacts.csv", b"ben@example.com", b'"ben@example.com\r\nBcc: x@y.example"'),
        "no mail can be sent",
    ),
    "a subject of two lines": (
        replacing("campaigns.csv", b"Hello,", b'"Hello\nBcc: x@y.example",'),
        "subject",
    ),
    "fields in fields": (replacing("contacts.csv", b"{}", b'"{""a"": {""b"": 1}}"'), "fields"),
    "nobody’s fields": (replacing("contacts.csv", b"{}", b"[]"), "fields"),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_of_these_is_refused(house, empty, case):
    edit, words = WRONG[case]
    repack(house, edit)
    refused(house, empty, words)


def test_a_wrong_hash_is_refused(house, empty):
    repack(house, replacing("lists.csv", b"Readers", b"Raiders"), honest=False)
    refused(house, empty, "its hash differs")


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "lists.csv\\..\\x", "x.csv"])
def test_a_file_that_does_not_belong_there_is_refused(house, empty, name):
    repack(house, lambda files, manifest: None, extra=[(name, b"x")])
    refused(house, empty, "does not belong there")


def test_the_same_file_twice_is_refused(house, empty):
    with pytest.warns(UserWarning, match="Duplicate"):
        repack(house, lambda files, manifest: None, extra=[("lists.csv", b"x")])
    refused(house, empty, "twice")


def test_a_bomb_is_refused_before_it_goes_off(house, empty):
    def edit(files, manifest):
        files["notes.csv"] = b"0" * 40_000_000

    repack(house, edit)
    refused(house, empty, "unpacks to far more")


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.99])
def test_a_download_that_was_cut_off_is_refused(house, empty, left):
    content = house.read_bytes()
    house.write_bytes(content[: int(left * len(content)) if left < 1 else left])
    refused(house, empty, "no whole ZIP")


@pytest.mark.parametrize("name", ["contacts.csv", "lists.csv", "manifest.json"])
def test_a_broken_byte_is_noticed(house, empty, name):
    with zipfile.ZipFile(house) as opened:
        entry = opened.getinfo(name)
    content = bytearray(house.read_bytes())
    data = content.index(name.encode(), entry.header_offset) + len(name)
    content[data + entry.compress_size // 2] ^= 0xFF
    house.write_bytes(bytes(content))
    with pytest.raises(ArchiveError):
        restore(house, empty)
    assert not Contact.objects.filter(workspace=empty).exists()


def test_a_workspace_with_people_is_left_alone(house, empty):
    world.make_contact(empty, email="mine@example.com")
    with pytest.raises(ArchiveError, match="is not empty"):
        restore(house, empty)
    assert empty.contacts.get().email == "mine@example.com"


def test_members_named_in_it_are_not_let_in(house, empty, workspace):
    world.make_member(workspace, email="mallory@example.net")
    path = houses.archive(workspace, house.with_name("two.zip"))
    assert b'mallory@example.net,"",owner' in houses.contents(path)["members.csv"]
    restore(path, empty)
    assert not Member.objects.filter(workspace=empty, user__email__startswith="mallory").exists()


HOSTILE = '<p onclick=\\"x()\\">Hi<script>alert(1)</script></p>'


def test_blocks_hold_only_what_their_editor_lets_in(workspace, empty, tmp_path):
    document = '{"version":1,"blocks":[{"type":"text","html":"' + HOSTILE + '"}]}'
    world.make_campaign(workspace, format="blocks", body=document)
    world.make_template(workspace, body=document)
    block = '{"type":"html","source":"' + HOSTILE + '"}'
    world.make_saved_block(workspace, body=block)
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    for one in (empty.campaigns.get(), empty.templates.get()):
        assert "script" not in one.body and "onclick" not in one.body
        assert "Hi" in one.body
    layout_of_it = empty.saved_blocks.get().body
    assert json.loads(layout_of_it)["type"] == "html"


@pytest.mark.parametrize("value", ["javascript:alert(1)", "//x.example", "https://x y"])
@pytest.mark.parametrize("name", ["logo", "website"])
def test_a_brand_leads_only_to_the_web(workspace, empty, tmp_path, name, value):
    Brand.objects.create(workspace=workspace, **{name: value})
    refused(houses.archive(workspace, tmp_path / "a.zip"), empty, name)


def test_a_formula_is_a_text_as_it_was(workspace, empty, tmp_path):
    """Nothing is guarded in an archive; what leaves as a table for spreadsheets is."""
    world.make_contact(workspace, first_name="=HYPERLINK(1)", email="ann@example.com")
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    assert empty.contacts.get().first_name == "=HYPERLINK(1)"


def test_a_restoration_that_fails_over_numbers_holds_up_no_later_one(house, empty, monkeypatch):
    monkeypatch.setattr(restoring, "_borrow", lambda *_: staging.run("SELECT 1/0"))
    with pytest.raises(ArchiveError):
        restore(house, empty)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)


def read_all(path):
    with Reader(path) as reader:
        for part in catalogue.PARTS:
            for _chunk in reader.stream(part):
                pass


@pytest.mark.parametrize("mark", [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"])
def test_a_wrong_byte_where_the_file_says_what_is_in_it_is_told(house, mark):
    """Each byte of the last such record in turn: what is told is never what Python says."""
    whole, other = house.read_bytes(), []
    begins = whole.rindex(mark)
    for place in range(begins, min(begins + 46, len(whole))):
        for byte in (0, 0x55, 0xFF):
            house.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
            try:
                read_all(house)
            except ArchiveError:
                pass
            except Exception as error:
                other.append((place - begins, byte, repr(error)))
    assert other == []
