"""Make files as people, cameras and attackers bring them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw

GPS = 0x8825
ORIENTATION = 0x0112


def photo(
    width: int = 800, height: int = 500, form: str = "PNG", *, mode: str = "RGB", **options: Any
) -> bytes:
    """Return a picture whose left half is red; the rest is blue."""
    image = Image.new("RGB", (width, height), (20, 40, 200))
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height), fill=(200, 30, 20))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def snapshot() -> bytes:
    """Return what a phone makes: lying on its side, and telling where that was, and more."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "SECRETCAMERA"
    exif[GPS] = {1: "N", 2: (50.0, 51.0, 16.0), 3: "E", 4: (4.0, 21.0, 5.0)}
    return photo(900, 600, "JPEG", exif=exif, comment=b"SECRETCOMMENT")


def animation(frames: int = 3, width: int = 700, height: int = 300, form: str = "GIF") -> bytes:
    images = [Image.new("RGB", (width, height), (40 * (i % 6), 80, 120)) for i in range(frames)]
    buffer = io.BytesIO()
    images[0].save(
        buffer, form, save_all=True, append_images=images[1:], duration=80, loop=0, lossless=True
    )
    return buffer.getvalue()


def wide_gamut() -> bytes:
    """Return a picture that is the same colour in a space of its own: L*a*b*-like, by a profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    return photo(300, 200, "PNG", icc_profile=profile.tobytes())


def sixteen_bits() -> bytes:
    image = Image.new("I;16", (200, 100), 0xC000)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it is huge, in a few bytes that unpack to much."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(b"\0" * 10_000_000, 9)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
