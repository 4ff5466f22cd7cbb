"""What the files of a picture are called, and the web addresses they are read from.

What a name tells of the picture is read by `showing`.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from pathlib import PurePosixPath

from django.conf import settings
from django.urls import reverse

from campaigns.composing.pictures import showing
from campaigns.composing.pictures.recoding import Recoded

# What is served to readers, by the end of its name.
TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
_FOLDERS = {"sharp": "2x/", "small": "small/"}


def new_key() -> str:
    """Return a name for a folder of files that nobody guesses."""
    return secrets.token_hex(16)


def title(filename: str) -> str:
    """Return a picture's name for people, from the name of a file or the end of an address."""
    base = re.split(r"[/\\]", filename)[-1]
    stem = PurePosixPath(base).stem if base.strip(".") else ""
    words = "".join(letter for letter in stem if letter.isprintable())
    return " ".join(re.split(r"[\s_-]+", words)).strip(" .")[:120] or "Picture"


def paths(key: str, name: str, made: Recoded) -> dict[str, str]:
    """Return where each file of the picture goes, by its use."""
    has_sharp = any(file.use == "sharp" for file, _data in made.files)
    out = {}
    for file, _data in made.files:
        folder = _FOLDERS.get(file.use, "1x/" if has_sharp else "")
        size = f"{made.width}x{made.height}"
        out[file.use] = f"{key}/{folder}{_slug(name)}-{size}.{file.extension}"
    return out


def url(path: str) -> str:
    """Return the web address of a file, as mails carry it."""
    if settings.PICTURES.url:
        return f"{settings.PICTURES.url}/{path}"
    return f"{settings.PUBLIC_URL}{inside(path)}"


def inside(path: str) -> str:
    """Return the address of a file for pages of our own."""
    return reverse("composing:picture_file", args=[path])


def content_type(path: str) -> str | None:
    """Return what a file is served as; None where no file of ours has such a name."""
    match = showing.FILE.fullmatch(path)
    return TYPES[match["extension"]] if match else None


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or "picture"
