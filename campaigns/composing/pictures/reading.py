"""Read a picture that somebody brings: look at its first bytes, then have it written anew."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.composing.pictures import recoding
from campaigns.composing.pictures.recoding import Recoded

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Wall-clock time: a busy machine may let the process wait for its seconds of computing.
_PATIENCE = 90

_REASONS: dict[str, StrPromise] = {
    "pixels": gettext_lazy("It has too many pixels. Make it smaller: mails show 1,200 at most."),
    "frames": gettext_lazy("The animation is too long. Shorten it, or make it smaller."),
    "damaged": gettext_lazy("The file is damaged. Save the picture again and bring that file."),
    "kind": gettext_lazy("This is not a picture we can read. Save it as JPEG, PNG, GIF or WebP."),
}
_SVG = gettext_lazy(
    "SVG files can hold programs, and most mail programs do not show them. Save it as PNG."
)
_PHONE = gettext_lazy("Mail programs do not show HEIC and AVIF. Save the picture as JPEG or PNG.")


class PictureError(Exception):
    """The picture is refused; the message says why and what to do, for a person."""


def read(data: bytes) -> Recoded:
    """Return the picture in `data`, written anew in the sizes we keep. Raises `PictureError`."""
    if not data:
        raise PictureError(_("The file is empty."))
    check_size(len(data))
    _check_kind(data)
    command = [sys.executable, "-m", recoding.__name__, str(settings.PICTURES.most_pixels)]
    try:
        # Of all that we know, the process learns nothing: no secret is in its environment.
        done = subprocess.run(  # noqa: S603  # Our own module; the data goes by standard input.
            command,
            input=data,
            capture_output=True,
            timeout=_PATIENCE,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
        return recoding.read_answer(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise PictureError(str(_REASONS["pixels"])) from error
    except recoding.RecodingError as error:
        raise PictureError(str(_REASONS[error.args[0]])) from error


def check_size(size: int) -> None:
    """Refuse a file with too many bytes. Raises `PictureError`."""
    most = settings.PICTURES.most_bytes
    if size > most:
        raise PictureError(
            _("The file is larger than %(most)s MB. Make the picture smaller.")
            % {"most": most // 2**20}
        )


def _check_kind(data: bytes) -> None:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start or start.startswith(b"<?xml"):
        raise PictureError(str(_SVG))
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"msf1"):
        raise PictureError(str(_PHONE))
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not (is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8"))):
        raise PictureError(str(_REASONS["kind"]))
