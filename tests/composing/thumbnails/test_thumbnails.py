"""Small pictures of campaigns, taken by a real Chromium: what is in them, and what is kept out."""

import io
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from campaigns.composing.models import Campaign, Thumbnail
from campaigns.composing.templating import starters
from campaigns.composing.thumbnails import chromium, taking
from tests import world
from tests.browser.chromium import EXECUTABLE
from tests.browser.stack import until

pytestmark = pytest.mark.django_db

RED, BLUE = (255, 0, 0), (0, 0, 255)
SQUARE = '<div style="width:640px;height:800px;background:%s"></div>'


@pytest.fixture(autouse=True)
def _program(settings, monkeypatch):
    settings.CHROMIUM = EXECUTABLE
    # A machine that does ten things at once.
    monkeypatch.setattr(chromium, "SECONDS", 120)


@pytest.fixture
def folder():
    """A folder that the account may read and write which Chromium runs as."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def written(workspace, body, **fields):
    """A campaign in HTML that was written a minute ago."""
    sender = world.make_sender(workspace)
    campaign = world.make_campaign(workspace, sender=sender, format="html", body=body, **fields)
    earlier = timezone.now() - timedelta(minutes=1)
    Campaign.objects.filter(pk=campaign.pk).update(updated_at=earlier)
    return campaign


def colours(png):
    """The colours of most of a picture."""
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (320, 400)
        found = image.convert("RGB").getcolors(maxcolors=1_000_000) or []
    return {colour for count, colour in found if count > 1000}


def shot(mail):
    return colours(chromium.shoot(EXECUTABLE, mail))


def test_a_picture_shows_the_top_of_the_mail(workspace):
    campaign = written(workspace, SQUARE % "red")
    assert taking.take() == 1
    assert RED in colours(bytes(campaign.thumbnail.image))


def test_it_is_taken_anew_when_another_version_is_written(workspace):
    campaign = written(workspace, SQUARE % "red")
    taking.take()
    assert taking.take() == 0
    earlier = timezone.now() - timedelta(minutes=1)
    Campaign.objects.update(body=SQUARE % "blue", version=2, updated_at=earlier)
    assert taking.take() == 1
    assert BLUE in colours(bytes(Thumbnail.objects.get(campaign=campaign).image))


@pytest.mark.django_db(transaction=True)
def test_of_a_campaign_that_is_deleted_meanwhile_none_is_kept_and_the_others_are(
    workspace, monkeypatch
):
    going = written(workspace, SQUARE % "red")
    staying = written(workspace, SQUARE % "blue", version=7)
    real = taking._picture

    def picture(program, campaign):
        Campaign.objects.filter(pk=going.pk).delete()
        return real(program, campaign)

    monkeypatch.setattr(taking, "_picture", picture)
    # Both were chosen before the one goes.
    assert taking.take() == 1
    assert Thumbnail.objects.get().campaign == staying


def test_it_waits_until_somebody_pauses(workspace):
    world.make_campaign(workspace, body="Hello")
    assert taking.take() == 0


def test_a_mail_that_cannot_be_read_is_not_tried_again_and_again(alice, workspace):
    campaign = written(workspace, "{% if %}")
    assert taking.take() == 1
    assert taking.take() == 0
    assert alice.get(reverse("composing:thumbnail", args=[campaign.pk])).status_code == 204


def test_without_a_chromium_nothing_is_taken_and_nothing_missed(alice, workspace, settings):
    written(workspace, SQUARE % "red")
    settings.CHROMIUM = "none"
    assert taking.take() == 0
    assert "thumbnail" not in alice.get(reverse("reports:campaigns")).text


@pytest.mark.parametrize("program", ["/nowhere/chromium", "/bin/false"])
def test_one_that_fails_is_told_of_and_holds_nothing_up(workspace, settings, caplog, program):
    campaign = written(workspace, SQUARE % "red")
    settings.CHROMIUM = program
    assert taking.take() == 1
    assert bytes(campaign.thumbnail.image) == b""
    assert "There is no thumbnail" in caplog.text


@pytest.mark.parametrize(("end", "why"), [("wait", "longer than"), ("exit", "made no picture")])
def test_children_end_with_one_that_hangs_and_with_one_that_ends(folder, monkeypatch, end, why):
    told = folder / "child"
    program = folder / "program"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {told}\n{end}\n")
    program.chmod(0o755)
    monkeypatch.setattr(chromium, "SECONDS", 5)
    with pytest.raises(chromium.ShotError, match=why):
        chromium.shoot(str(program), "x")
    command = Path(f"/proc/{told.read_text().strip()}/cmdline")
    until(lambda: not command.exists() or not command.read_bytes(), "its child has ended")


def test_pictures_of_the_library_are_shown(alice, workspace):
    red = io.BytesIO()
    Image.new("RGB", (640, 800), "red").save(red, "PNG")
    file = SimpleUploadedFile("red.png", red.getvalue())
    picture = alice.post(reverse("composing:upload_picture"), {"file": file}).json()
    two = f"{picture['url']} 1x, {picture['sharp_url'] or picture['url']} 2x"
    written(workspace, f'<img src="{picture["url"]}" srcset="{two}" width="640" height="800">')
    taking.take()
    assert RED in colours(bytes(Thumbnail.objects.get().image))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>document.body.style.background = 'red'</script>",
        "<img src=x onerror=\"document.body.style.background = 'red'\">",
        '<iframe src="file://{0}" width=640 height=800 style="border:0"></iframe>',
        '<object data="file://{0}" width=640 height=800></object>',
        '<img src="file://{0}.png" width=640 height=800>',
        '<link rel=stylesheet href="file://{0}.css">',
        "<style>@import 'file://{0}.css'</style>",
        '<meta http-equiv=refresh content="0;url=file://{0}">',
        "</iframe><script>document.body.style.background = 'red'</script>",
    ],
)
def test_nothing_in_a_mail_runs_and_no_file_is_read(folder, hostile):
    secret = folder / "secret.html"
    secret.write_text('<body style="background:red">')
    (folder / "secret.html.css").write_text("html { background: red !important }")
    Image.new("RGB", (64, 80), "red").save(folder / "secret.html.png")
    assert RED not in shot(hostile.format(secret))


def test_the_list_shows_the_picture_and_only_its_own_workspace_may(alice, stranger, workspace):
    campaign = written(workspace, SQUARE % "red")
    taking.take()
    address = reverse("composing:thumbnail", args=[campaign.pk])
    assert address in alice.get(reverse("reports:campaigns")).text
    answer = alice.get(address)
    assert answer["Content-Type"] == "image/png"
    assert RED in colours(answer.content)
    again = alice.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert stranger.get(address).status_code == 404


def test_pictures_of_our_templates_are_shown(workspace, settings):
    name, file = next(iter(starters.pictures().items()))
    ours = f"{settings.PUBLIC_URL}/media/starters/{name}.png"
    written(workspace, f'<img src="{ours}" width="640"><img src="{ours[:-4]}-gone.png">')
    with Image.open(file) as image:
        expected = image.convert("RGB").getpixel((5, 5))
    taking.take()
    with Image.open(io.BytesIO(bytes(Thumbnail.objects.get().image))) as shown:
        assert shown.convert("RGB").getpixel((7, 7)) == expected
