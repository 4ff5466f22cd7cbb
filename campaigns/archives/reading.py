"""Read an archive that may come from anybody: nothing of it is believed before it is checked.

Only the files that we know are read, each as a stream, and none is longer than it says.
Nothing is ever unpacked to a path.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.archives import catalogue
from campaigns.composing.pictures import showing
from tracking.parts import Part

CHUNK = 256 * 1024
MOST_MANIFEST = 4 * 1024 * 1024
# CSV of people packs to a tenth; a bomb packs to a thousandth. Short files may pack to less.
MOST_RATIO = 200
FREE_BYTES = 16 * 1024 * 1024
_PICTURE = re.compile(f"pictures/{showing.FILE.pattern}")
# What zipfile raises where a single byte of a ZIP file is wrong: a version of the format to
# come, a place before the file begins, a name in no character set.
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


class ArchiveError(Exception):
    """The file is no archive, or not one that can be restored here; the message says why."""


@dataclass(frozen=True)
class Told:
    """What the manifest says of one file."""

    rows: int
    size: int
    sha256: str


class Reader:
    """An open archive whose list of contents is in order. A context."""

    def __init__(self, path: Path) -> None:
        """Raises `ArchiveError`."""
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGES as error:
            raise ArchiveError(
                _("This is no whole ZIP file. Perhaps the download was cut off: get it again.")
            ) from error
        try:
            self._check_entries()
            self.manifest = self._read_manifest()
            self.files = self._check_files()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._zip.close()

    @property
    def rows(self) -> int:
        """How many lines there are in all."""
        return sum(told.rows for told in self.files.values())

    def stream(self, part: Part) -> Iterator[bytes]:
        """Yield a file piece by piece, then check its size and its hash. Raises `ArchiveError`."""
        told, digest, size = self.files[part.name], hashlib.sha256(), 0
        try:
            with self._zip.open(part.filename) as entry:
                while chunk := entry.read(CHUNK):
                    size += len(chunk)
                    if size > told.size:
                        break
                    digest.update(chunk)
                    yield chunk
        except _DAMAGES as error:
            raise ArchiveError(_("%s is damaged.") % part.filename) from error
        if size != told.size or digest.hexdigest() != told.sha256:
            raise ArchiveError(
                _("%s is not as it was when the archive was made: its hash differs.")
                % part.filename
            )

    def picture(self, name: str) -> bytes | None:
        """Return a file of a picture, if it is there and not too large. Raises `ArchiveError`."""
        most = settings.PICTURES.most_bytes
        try:
            with self._zip.open(name) as entry:
                data = entry.read(most + 1)
        except KeyError:
            return None
        except _DAMAGES as error:
            raise ArchiveError(_("%s is damaged.") % name) from error
        return data if len(data) <= most else None

    def _check_entries(self) -> None:
        entries = self._zip.infolist()
        names = [entry.filename for entry in entries]
        known = {part.filename for part in catalogue.PARTS} | {catalogue.MANIFEST}
        for name in names:
            if name not in known and not _PICTURE.fullmatch(name):
                raise ArchiveError(_("There is a file in it that does not belong there: %r") % name)
        if len(set(names)) != len(names):
            raise ArchiveError(_("The same file is in it twice."))
        if missing := known - set(names):
            raise ArchiveError(_("%s is missing in it.") % sorted(missing)[0])
        for entry in entries:
            if entry.flag_bits & 1 or entry.compress_type not in {
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            }:
                raise ArchiveError(_("It is packed in a way that is not known here."))
            if entry.file_size > max(FREE_BYTES, MOST_RATIO * entry.compress_size):
                raise ArchiveError(
                    _("%s unpacks to far more than an archive does.") % entry.filename
                )

    def _read_manifest(self) -> dict[str, Any]:
        try:
            with self._zip.open(catalogue.MANIFEST) as entry:
                text = entry.read(MOST_MANIFEST + 1)
            if len(text) > MOST_MANIFEST:
                raise ValueError
            manifest = json.loads(text)
        except _DAMAGES as error:
            raise ArchiveError(_("Its manifest cannot be read.")) from error
        if not isinstance(manifest, dict) or manifest.get("format") != catalogue.FORMAT:
            raise ArchiveError(_("This is no archive of a Candid workspace."))
        if manifest.get("version") != catalogue.VERSION:
            raise ArchiveError(
                _("It was made by another version of Candid (format %(theirs)s, here %(ours)s).")
                % {"theirs": str(manifest.get("version"))[:20], "ours": catalogue.VERSION}
            )
        return manifest

    def _check_files(self) -> dict[str, Told]:
        listed = self.manifest.get("files")
        files = {}
        try:
            for one in listed if isinstance(listed, list) else []:
                told = Told(int(one["rows"]), int(one["bytes"]), str(one["sha256"]))
                files[str(one["name"])] = (told, [str(column["name"]) for column in one["columns"]])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ArchiveError(_("Its manifest is not as manifests are.")) from error
        found = {}
        for part in catalogue.PARTS:
            if part.filename not in files:
                raise ArchiveError(_("Its manifest says nothing of %s.") % part.filename)
            told, names = files[part.filename]
            _check_columns(part, names)
            size = self._zip.getinfo(part.filename).file_size
            # No line is shorter than the end of it.
            if told.size != size or not 0 <= told.rows <= size:
                raise ArchiveError(_("%s is not as long as its manifest says.") % part.filename)
            found[part.name] = told
        return found


def _check_columns(part: Part, names: list[str]) -> None:
    ours = catalogue.header(part)
    if names == ours:
        return
    strange = [name for name in names if name not in ours]
    if strange:
        raise ArchiveError(
            _("%(file)s has a column that is not known here: %(column)r")
            % {"file": part.filename, "column": strange[0][:60]}
        )
    raise ArchiveError(_("The columns of %s are not those that it should have.") % part.filename)
