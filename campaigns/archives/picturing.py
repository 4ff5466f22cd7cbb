"""The files of pictures: into an archive as they are, and out of one only written anew.

In the ZIP they lie below `pictures/`, by the paths that they have in the storage and in the
addresses that mails name them by. Nothing is unpacked: each picture of a stranger's archive
is decoded in a process of its own, as if somebody had uploaded it.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils.translation import gettext as _

from campaigns.archives import staging
from campaigns.archives.reading import ArchiveError, Reader
from campaigns.composing.pictures import addresses, keeping, reading, showing
from campaigns.composing.pictures.reading import PictureError
from campaigns.composing.pictures.recoding import Recoded

FOLDER = "pictures/"
# The path of a file in the old house, and here.
Moved = Mapping[str, str]
_ADDRESS = re.compile(rf"https?://[^\s\"'<>()\\]{{1,300}}?/{showing.FILE.pattern}")


def write(archive: zipfile.ZipFile, paths: Iterable[str], tell: Callable[[], None]) -> int:
    """Add the files of pictures, and return how many there were; what is gone is left out."""
    count = 0
    for path in paths:
        try:
            file = keeping.storage().open(path)
        except FileNotFoundError:
            continue
        # It is packed already.
        entry = zipfile.ZipInfo(FOLDER + path)
        entry.compress_type = zipfile.ZIP_STORED
        with file, archive.open(entry, "w") as out:
            shutil.copyfileobj(file, out)
        count += 1
        tell()
    return count


def bring_in(reader: Reader, tell: Callable[[int], None]) -> Moved:
    """Store the archive's pictures, written anew, and return how their paths changed.

    What came of each is in `archived_files`. The rows follow when everything is put in place:
    should that not come about, the tidying of pictures deletes files of no row.
    """
    staging.run(
        "CREATE TEMP TABLE archived_files (picture bigint PRIMARY KEY, key varchar(32), width int,"
        " height int, animated boolean, files jsonb, size bigint) ON COMMIT DROP"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, files::text FROM archived_pictures ORDER BY id")
        rows = cursor.fetchall()
    moved: dict[str, str] = {}
    room = settings.PICTURES.quota
    for count, (number, files) in enumerate(rows, start=1):
        old = _paths(json.loads(files))
        made = _written_anew(reader, old.get("sharp") or old.get("plain"))
        if made is not None:
            room -= sum(file.size for file, _data in made.files)
            if room < 0:
                raise ArchiveError(
                    _("Its pictures are more than a library may hold here: %(most)s MB.")
                    % {"most": settings.PICTURES.quota // 2**20}
                )
            new = _keep(number, PurePosixPath(old["plain"]).stem.rpartition("-")[0], made)
            moved |= {path: new.get(use, new["plain"]) for use, path in old.items()}
        tell(count)
    return moved


def readdressed(moved: Moved, text: str) -> str:
    """Return a text in which pictures of the archive have the addresses that they have here."""

    def here(match: re.Match[str]) -> str:
        path = moved.get(match[0][match.start("key") - match.start() :])
        return addresses.url(path) if path else match[0]

    return _ADDRESS.sub(here, text)


def _paths(files: dict[str, Any]) -> dict[str, str]:
    """Return the paths in a cell, of those that are like ours; none without a plain one."""
    found = {
        use: path
        for use, path in files.items()
        if use in {"plain", "sharp", "small"}
        and isinstance(path, str)
        and showing.FILE.fullmatch(path)
    }
    return found if "plain" in found else {}


def _written_anew(reader: Reader, path: str | None) -> Recoded | None:
    data = reader.picture(FOLDER + path) if path else None
    if data is None:
        return None
    try:
        return reading.read(data)
    except PictureError:
        return None


def _keep(number: int, name: str, made: Recoded) -> dict[str, str]:
    key = addresses.new_key()
    paths = addresses.paths(key, name, made)
    for file, data in made.files:
        keeping.storage().save(paths[file.use], ContentFile(data))
    staging.run(
        "INSERT INTO archived_files VALUES (%(picture)s, %(key)s, %(width)s, %(height)s,"
        " %(animated)s, %(files)s::jsonb, %(size)s)",
        {
            "picture": number,
            "key": key,
            "width": made.width,
            "height": made.height,
            "animated": made.animated,
            "files": json.dumps(paths),
            "size": sum(file.size for file, _data in made.files),
        },
    )
    return paths
