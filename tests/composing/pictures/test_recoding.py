"""Whatever somebody brings: a picture of pixels alone comes out, or a sentence."""

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageSequence

from campaigns.composing.pictures import reading, recoding
from campaigns.composing.pictures.reading import PictureError
from tests.composing.pictures import photos

MOST = 50_000_000
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SCRIPT = b"<script>alert(document.cookie)</script>"


def recode(data: bytes) -> recoding.Recoded:
    return recoding.recode(data, most_pixels=MOST)


def images(made: recoding.Recoded) -> dict[str, Image.Image]:
    found: dict[str, Image.Image] = {}
    for file, data in made.files:
        found[file.use] = Image.open(io.BytesIO(data))
    for file, data in made.files:
        assert found[file.use].size == (file.width, file.height)
        assert file.size == len(data)
    return found


def colour(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (photos.photo(form="JPEG"), "jpg"),
        (photos.photo(form="PNG"), "png"),
        (photos.photo(form="GIF"), "png"),
        (photos.photo(form="WEBP"), "jpg"),
        (photos.photo(form="JPEG", mode="CMYK"), "jpg"),
        (photos.photo(300, 200, mode="P"), "png"),
        (photos.photo(300, 200, mode="1"), "png"),
        (photos.photo(form="PNG", mode="LA"), "png"),
        (photos.photo(form="WEBP", mode="RGBA"), "jpg"),
        (photos.sixteen_bits(), "png"),
    ],
)
def test_what_comes_out_is_what_mail_programs_show(data, extension):
    made = recode(data)
    for file, image in zip((file for file, _ in made.files), images(made).values(), strict=True):
        assert file.extension in (extension, "jpg")
        assert image.mode in ("RGB", "RGBA", "L")
    assert made.files[0][0].extension == extension


def test_a_wide_picture_is_there_for_plain_and_for_sharp_screens():
    made = recode(photos.photo(2000, 1000, "JPEG"))
    sizes = {use: image.size for use, image in images(made).items()}
    assert (made.width, made.height) == (600, 300)
    assert sizes == {"plain": (600, 300), "sharp": (1200, 600), "small": (320, 160)}


def test_a_small_picture_stays_as_large_as_it_is():
    made = recode(photos.photo(120, 80))
    assert [file.use for file, _data in made.files] == ["plain", "small"]
    assert (made.width, made.height) == (120, 80)


@pytest.mark.parametrize(("width", "height"), [(10_000, 40), (3, 9_000), (10_000, 1), (1, 1)])
def test_odd_shapes_keep_at_least_a_pixel(width, height):
    made = recode(photos.photo(width, height))
    assert 1 <= made.width <= 600
    assert 1 <= made.height <= 6_000


def test_a_phone_picture_stands_upright_and_tells_nothing():
    made = recode(photos.snapshot())
    assert (made.width, made.height) == (600, 900)
    # It lay on its side: what was left is on top.
    red, _green, blue = colour(images(made)["plain"], 300, 20)
    assert red > 150 > blue
    for file, data in made.files:
        assert b"SECRET" not in data, file
        assert b"Exif" not in data
        image = Image.open(io.BytesIO(data))
        assert not image.getexif()
        assert not set(image.info) & {"icc_profile", "exif", "comment", "xmp"}


def test_comments_and_profiles_of_other_kinds_go_as_well():
    image = Image.new("RGB", (50, 50))
    buffer = io.BytesIO()
    image.save(buffer, "GIF", comment=b"SECRETCOMMENT")
    for data in (buffer.getvalue(), photos.photo(form="PNG", icc_profile=b"SECRETPROFILE" * 20)):
        assert b"SECRET" in data or b"iCCP" in data
        for _file, out in recode(data).files:
            assert b"SECRET" not in out
            assert b"iCCP" not in out


def test_four_inks_and_sixteen_bits_keep_their_colours():
    inks = images(recode(photos.photo(form="JPEG", mode="CMYK")))["plain"]
    red, green, blue = colour(inks, 20, 20)
    assert abs(red - 200) < 12 and abs(green - 30) < 12 and abs(blue - 20) < 12
    grey = colour(images(recode(photos.sixteen_bits()))["plain"], 5, 5)[0]
    assert abs(grey - 0xC0) <= 1


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_an_animation_goes_on_moving(form):
    made = recode(photos.animation(4, form=form))
    moving = images(made)["plain"]
    assert made.animated
    assert (moving.format, moving.size) == ("GIF", (600, 257))
    assert len(list(ImageSequence.Iterator(moving))) == 4
    assert moving.info["loop"] == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (photos.bomb(40_000, 40_000), "pixels"),
        (photos.bomb(2**31 - 1, 2**31 - 1), "pixels"),
        (photos.animation(301, 20, 20), "frames"),
        (photos.photo()[:-40], "damaged"),
        (photos.photo(form="JPEG")[:2000], "damaged"),
        (photos.photo(form="WEBP")[:60], "damaged"),
        (photos.bomb(900, 900)[:60], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "kind"),
        (b"GIF89a" + b"\xff" * 50, "damaged"),
        (photos.photo(form="BMP"), "kind"),
        (photos.photo(form="TIFF"), "kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "kind"),
    ],
)
def test_what_is_no_good_picture_is_refused(data, why):
    with pytest.raises(recoding.RecodingError) as caught:
        recode(data)
    assert caught.value.args[0] in {why, "damaged", "kind"}
    if why in ("pixels", "frames"):
        assert caught.value.args[0] == why


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_of_a_file_that_is_two_things_only_the_picture_is_left(form):
    for data in (photos.photo(form=form) + SCRIPT, photos.photo(form=form) + b"PK\x03\x04evil"):
        for _file, out in recode(data).files:
            assert b"script" not in out
            assert b"evil" not in out


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SVG, "Save it as PNG"),
        (b"\xef\xbb\xbf <svg></svg>", "Save it as PNG"),
        (b"<!doctype html>" + SCRIPT, "not a picture"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"\0\0\0\x18ftypavif" + b"\0" * 40, "AVIF"),
        (b"%PDF-1.7 GIF89a", "not a picture"),
        (b"", "empty"),
        (photos.bomb(40_000, 40_000), "too many pixels"),
        (photos.photo()[:-40], "damaged"),
    ],
)
def test_who_brings_what_we_do_not_take_is_told_why(data, says):
    with pytest.raises(PictureError, match=says):
        reading.read(data)


def test_the_process_of_its_own_answers_what_the_function_does():
    data = photos.photo(2000, 1000, "JPEG")
    assert reading.read(data) == recode(data)


def test_too_many_bytes_are_refused_before_they_are_looked_at(settings):
    settings.PICTURES = replace(settings.PICTURES, most_bytes=2**20)
    with pytest.raises(PictureError, match="larger than 1 MB"):
        reading.read(b"\xff\xd8\xff" + bytes(2**20))
