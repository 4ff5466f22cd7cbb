"""Decode a picture that anybody may have made, and write it anew: `python -m` this module.

It runs as a process of its own, with little memory and little time, so that a bomb or a flaw
in a decoder ends this process and nothing else. Imports no framework. Reads the file from
standard input, and answers with one line of JSON and the new files after it. What is
written holds pixels and no more: no place, no camera, no comment, no colour profile.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from dataclasses import asdict, dataclass

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
# As wide as a mail is, in CSS pixels, and twice that for sharp screens.
WIDEST = 600
_SHARP = 2 * WIDEST
_TALLEST = 6_000
_SMALL = (320, 320)
_MOST_FRAMES = 300
_MOST_PIXELS_OF_FRAMES = 40_000_000
_MEMORY = 1_500 * 2**20
_SECONDS = 30
# A picture without transparency becomes a JPEG where its PNG is this large, and its JPEG half.
_LARGE_PNG = 200_000


class RecodingError(Exception):
    """The file is refused; the first argument is a word that says why."""


@dataclass(frozen=True)
class File:
    """One of the files of a picture: `plain` for all screens, `sharp` or `small`."""

    use: str
    width: int
    height: int
    extension: str
    size: int


@dataclass(frozen=True)
class Recoded:
    """A picture as it was written anew. It is shown `width` by `height` CSS pixels large."""

    width: int
    height: int
    animated: bool
    files: list[tuple[File, bytes]]


def main() -> None:
    """Answer for the file on standard input; the argument is the most pixels it may have."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    out = sys.stdout.buffer
    try:
        made = recode(sys.stdin.buffer.read(), most_pixels=int(sys.argv[1]))
    except RecodingError as error:
        out.write(json.dumps({"refused": error.args[0]}).encode())
        return
    except MemoryError:
        out.write(json.dumps({"refused": "pixels"}).encode())
        return
    facts = {
        "width": made.width,
        "height": made.height,
        "animated": made.animated,
        "files": [asdict(file) for file, _data in made.files],
    }
    out.write(json.dumps(facts).encode() + b"\n")
    for _file, data in made.files:
        out.write(data)


def recode(data: bytes, *, most_pixels: int) -> Recoded:
    """Return the picture in `data`, written anew. Raises `RecodingError`."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = most_pixels
    try:
        # Verifying reads the checksums, and spoils the image for anything else.
        with _open(data, most_pixels) as image:
            image.verify()
        with _open(data, most_pixels) as image:
            if image.format in ("GIF", "WEBP") and getattr(image, "is_animated", False):
                return _animation(image)
            return _still(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RecodingError("pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError) as error:
        # Whatever a decoder trips over: the bytes are a stranger's.
        raise RecodingError("damaged") from error


def _open(data: bytes, most_pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise RecodingError("kind") from error
    if image.width * image.height > most_pixels:
        raise RecodingError("pixels")
    return image


def _still(image: Image.Image) -> Recoded:
    lossy = image.format in ("JPEG", "MPO", "WEBP")
    profile = image.info.get("icc_profile")
    upright = _fit(_eight_bits(ImageOps.exif_transpose(image)), _SHARP)
    sharp = _bare(_opaque(_to_srgb(upright, profile)))
    plain = _fit(sharp, WIDEST)
    files = [_file("plain", plain, lossy=lossy)]
    if sharp.width > plain.width:
        files.append(_file("sharp", sharp, lossy=lossy))
    files.append(_file("small", _thumbnail(sharp), lossy=lossy))
    if len({file.extension for file, _data in files[:-1]}) > 1:
        # One name for both sizes: a reader's program must be able to take either.
        files[0] = _file("plain", plain, lossy=True)
        files[1] = _file("sharp", sharp, lossy=True)
    return Recoded(plain.width, plain.height, False, files)


def _animation(image: Image.Image) -> Recoded:
    width, height = _size(image.size, WIDEST)
    frames: list[Image.Image] = []
    durations: list[int] = []
    for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
        if number > _MOST_FRAMES or number * width * height > _MOST_PIXELS_OF_FRAMES:
            raise RecodingError("frames")
        durations.append(max(20, int(frame.info.get("duration", 100) or 100)))
        frames.append(_bare(frame.convert("RGBA").resize((width, height))))
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=int(image.info.get("loop", 1) or 0),
        disposal=2,
    )
    data = buffer.getvalue()
    small = _file("small", _thumbnail(_opaque(frames[0])), lossy=False)
    return Recoded(
        width,
        height,
        len(frames) > 1,
        [(File("plain", width, height, "gif", len(data)), data), small],
    )


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the image in a mode that can be resized and has eight bits for each colour."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in the one space of colours that all mail programs assume."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    try:
        if profile:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
            colours = turned or colours
    except (ImageCms.PyCMSError, OSError):
        pass  # A profile that is damaged, or of another kind of picture: as if it had none.
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _opaque(image: Image.Image) -> Image.Image:
    """Drop a transparency that nothing uses: the picture may become a JPEG then."""
    if image.mode != "RGBA":
        return image
    lowest, _highest = image.getchannel("A").getextrema()
    return image.convert("RGB") if lowest == 255 else image


def _bare(image: Image.Image) -> Image.Image:
    """Leave the pixels: encoders copy comments and profiles from what an image carries along."""
    bare = image.copy()
    bare.info = {}
    return bare


def _fit(image: Image.Image, width: int) -> Image.Image:
    size = _size(image.size, width)
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _size(size: tuple[int, int], widest: int) -> tuple[int, int]:
    scale = min(1.0, widest / size[0], _TALLEST / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _thumbnail(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail(_SMALL, Image.Resampling.LANCZOS)
    return small


def _file(use: str, image: Image.Image, *, lossy: bool) -> tuple[File, bytes]:
    extension, data = _encode(image, lossy=lossy)
    return File(use, image.width, image.height, extension, len(data)), data


def _encode(image: Image.Image, *, lossy: bool) -> tuple[str, bytes]:
    jpeg = b"" if image.mode == "RGBA" else _bytes(image, "JPEG", quality=85, progressive=True)
    if lossy and jpeg:
        return "jpg", jpeg
    png = _bytes(image, "PNG")
    if jpeg and len(png) > _LARGE_PNG and 2 * len(jpeg) < len(png):
        return "jpg", jpeg
    return "png", png


def _bytes(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, optimize=True, **options)
    return buffer.getvalue()


def read_answer(answer: bytes) -> Recoded:
    """Return what a process of this module made. Raises `RecodingError`."""
    head, _newline, rest = answer.partition(b"\n")
    try:
        facts = json.loads(head)
    except ValueError as error:
        raise RecodingError("damaged") from error
    if "refused" in facts:
        raise RecodingError(facts["refused"])
    files: list[tuple[File, bytes]] = []
    for fields in facts.pop("files"):
        file = File(**fields)
        files.append((file, rest[: file.size]))
        rest = rest[file.size :]
    return Recoded(**facts, files=files)


if __name__ == "__main__":
    main()
