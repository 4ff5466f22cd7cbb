"""Bring pictures in, find them, change what is said of them, and put them into mails."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.composing import freezing, markdown
from campaigns.composing.models import Picture
from campaigns.composing.pictures import addresses, using
from tests import world
from tests.composing.pictures import photos


def upload(browser, data, name="a.png", **fields):
    file = SimpleUploadedFile(name, data)
    return browser.post("/pictures/upload/", {"file": file, **fields})


def test_an_upload_answers_what_an_editor_needs(alice, workspace, settings):
    answer = upload(alice, photos.photo(1400, 700), "Crème brûlée_2.PNG").json()
    picture = Picture.objects.get()
    assert picture.workspace == workspace
    assert (answer["name"], answer["width"], answer["height"]) == ("Crème brûlée 2", 600, 300)
    start = f"{settings.PUBLIC_URL}/media/pictures/{picture.key}"
    assert answer["url"] == f"{start}/1x/creme-brulee-2-600x300.png"
    assert answer["sharp_url"] == f"{start}/2x/creme-brulee-2-600x300.png"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "a/../b.png",
        "\x00.png",
        "....",
        ".htaccess",
        "x" * 400,
        "<svg onload=alert(1)>.png",
        "con.html",
        "пляж.jpg",
        "a.php.gif",
        "a\u202egnp.exe",
    ],
)
def test_no_name_leads_out_of_its_folder(alice, kept, name, workspace):
    answer = upload(alice, photos.photo(100, 50), name)
    assert answer.status_code == 201
    for path in kept():
        assert addresses.content_type(path), path
    assert len(kept()) == 2


def test_a_refused_file_leaves_nothing(alice, kept, workspace):
    answer = upload(alice, b"<svg/>", "logo.svg")
    assert answer.status_code == 422
    assert "Save it as PNG" in answer.json()["error"]
    assert not Picture.objects.exists()
    assert kept() == []


def test_nothing_at_all_is_refused_with_a_sentence(alice, workspace):
    answer = alice.post("/pictures/upload/")
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        "Choose a file, or give a web address.",
    )


def test_a_full_library_takes_no_more(alice, settings, workspace):
    world.make_picture(workspace, size=5_000)
    settings.PICTURES = replace(settings.PICTURES, quota=5_100)
    answer = upload(alice, photos.photo(1400, 700))
    assert "The library is full" in answer.json()["error"]
    assert Picture.objects.count() == 1


def test_a_picture_goes_into_no_foreign_folder(alice, workspace):
    foreign = world.make_workspace().picture_folders.create(name="Theirs")
    answer = upload(alice, photos.photo(100, 50), folder=foreign.pk)
    assert answer.status_code == 422
    assert not Picture.objects.exists()


def test_the_grid_is_searched_filtered_and_sorted(alice, workspace):
    shop = workspace.picture_folders.create(name="Shop")
    for name, facts in {
        "Alpha": {"alt": "a red boat", "folder": shop, "size": 3},
        "Beta": {"size": 2},
        "Gamma": {"alt": "boats at night", "size": 1},
    }.items():
        world.make_picture(workspace, name=name, **facts)
    world.make_picture(workspace, name="Gone boat", state=Picture.State.KEPT)
    world.make_picture(world.make_workspace(), name="Foreign boat")

    def names(query):
        return [row["name"] for row in alice.get(f"/pictures/choose/?{query}").json()["pictures"]]

    assert names("q=boat&sort=name") == ["Alpha", "Gamma"]
    assert names(f"folder={shop.pk}") == ["Alpha"]
    assert names("folder=none&sort=-name") == ["Gamma", "Beta"]
    assert names("sort=-size") == ["Alpha", "Beta", "Gamma"]
    beta = Picture.objects.get(name="Beta")
    assert names(f"one={beta.pk}") == names(f"one={beta.key}") == ["Beta"]
    assert names(f"one={Picture.objects.get(name='Foreign boat').key}") == []
    # What means nothing narrows nothing.
    assert len(names("q=%00&folder=²&sort=nonsense&page=x")) == 3
    page = alice.get("/pictures/?q=boat").content.decode()
    assert "Alpha" in page and "Beta" not in page and "Foreign" not in page


def test_what_a_picture_shows_is_remembered(alice, bring):
    picture = bring()
    answer = alice.post(f"/pictures/{picture.pk}/alt/", {"alt": " Sunrise over Ghent "})
    assert answer.json()["alt"] == "Sunrise over Ghent"
    assert alice.post(f"/pictures/{picture.pk}/alt/", {"alt": "x" * 301}).status_code == 422
    picture.refresh_from_db()
    assert picture.alt == "Sunrise over Ghent"


def test_a_picture_is_renamed_described_and_moved(alice, bring, workspace):
    picture = bring()
    shop = workspace.picture_folders.create(name="Shop")
    form = {"name": "Dawn", "alt": "The sun", "folder": shop.pk}
    assert alice.post(f"/pictures/{picture.pk}/", form).status_code == 302
    picture.refresh_from_db()
    assert (picture.name, picture.alt, picture.folder) == ("Dawn", "The sun", shop)
    assert alice.post(f"/pictures/{picture.pk}/", {"name": ""}).status_code == 422


def test_a_folder_goes_and_its_pictures_stay(alice, workspace):
    assert alice.post("/pictures/folders/new/", {"name": " Shop  one "}).status_code == 302
    shop = workspace.picture_folders.get()
    assert shop.name == "Shop one"
    again = alice.post("/pictures/folders/new/", {"name": "SHOP ONE"})
    assert again.status_code == 422 and "There is a folder with this name" in again.content.decode()
    world.make_picture(workspace, folder=shop)
    alice.post(f"/pictures/folders/{shop.pk}/", {"delete": "yes"})
    assert Picture.objects.get().folder is None


def test_a_picture_that_nothing_shows_is_deleted_with_its_files(alice, bring, kept):
    picture = bring()
    assert len(kept()) == 3
    assert "No campaign shows it" in alice.get(f"/pictures/{picture.pk}/delete/").content.decode()
    alice.post(f"/pictures/{picture.pk}/delete/")
    assert not Picture.objects.exists()
    assert kept() == []


def test_a_picture_in_a_mail_that_is_out_goes_on_being_shown(
    alice, client, bring, workspace, sender
):
    picture = bring()
    url = addresses.url(picture.files["plain"])
    into = world.make_list(workspace)
    sent = world.make_campaign(
        workspace, sender=sender, lists=[into], name="May", body=f"![x]({url})"
    )
    freezing.freeze(sent)
    # Written anew since: only what was frozen still shows it.
    workspace.campaigns.update(body="nothing")
    assert "May" in alice.get(f"/pictures/{picture.pk}/delete/").content.decode()
    assert [use.name for use in using.uses(picture)] == ["May"]
    alice.post(f"/pictures/{picture.pk}/delete/")
    assert alice.get(f"/pictures/{picture.pk}/").status_code == 404
    assert client.get(addresses.inside(picture.files["plain"])).status_code == 200
    Picture.objects.update(state=Picture.State.READY)
    alice.post(f"/pictures/{picture.pk}/delete/", {"force": "yes"})
    assert client.get(addresses.inside(picture.files["plain"])).status_code == 404


def test_another_workspace_shows_no_use_of_it(bring, sender):
    picture = bring()
    other = world.make_workspace()
    world.make_campaign(other, body=addresses.url(picture.files["plain"]))
    assert using.uses(picture) == []


def test_whoever_keeps_texts_elsewhere_can_say_so(bring, monkeypatch):
    picture = bring()
    asked = []
    monkeypatch.setattr(using, "_questions", [])

    def question(workspace_id, key):
        asked.append((workspace_id, key))
        return [using.Use("Template", "/t/", "")]

    using.register(question)
    using.register(question)
    assert [use.name for use in using.uses(picture)] == ["Template"]
    assert asked == [(picture.workspace_id, picture.key)]


def test_markdown_shows_a_picture_at_its_size_and_sharp(bring):
    picture = bring()
    url = addresses.url(picture.files["plain"])
    html = markdown.render(f"![A boat]({url})")
    assert 'width="600" height="300"' in html
    assert f'srcset="{url} 1x, {addresses.url(picture.files["sharp"])} 2x"' in html
    assert 'alt="A boat"' in html
    assert "width" not in markdown.render("![x](https://example.com/a-600x300.png)")
