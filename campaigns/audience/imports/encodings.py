"""What bytes a file of people is written in, and whether it is such a file at all."""

from __future__ import annotations

import codecs
import itertools
import re
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What a member may choose when our guess is wrong; the first is tried first.
ENCODINGS = (
    "utf-8",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "iso-8859-15",
    "mac-roman",
    "utf-16",
)
_FALLBACK = "windows-1252"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # Before UTF-16: its mark begins with that one.
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of other alphabets than Latin: words of nothing but letters beyond ASCII.
_ALPHABETS = ("windows-1251", "windows-1253")
_WORD = re.compile(rb"[A-Za-z\xa1-\xff]+")
_FOREIGN = re.compile(rb"[\xa1-\xff]{3,}")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
# First bytes of files that people upload by mistake, and what to tell them.
_NOT_CSV = (
    (b"PK\x03\x04", "spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "spreadsheet"),
    (b"%PDF", "document"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"RIFF", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"<", "page"),
    (b"[{", "data"),
    (b'{"', "data"),
    (b"BEGIN:VCARD", "cards"),
)
_TOLD = {
    "page": gettext_lazy(
        "This is a web page or XML, whatever it is called, and not a table saved as CSV."
    ),
    "data": gettext_lazy("This is JSON, and not a table saved as CSV."),
    "cards": gettext_lazy("These are address cards (vCard), and not a table saved as CSV."),
}


class ReadingError(Exception):
    """The file cannot be read as a table; the message says why, and what to do."""


def refuse_other_files(sample: bytes) -> None:
    """Raise `ReadingError` for what is plainly no table of text."""
    if not sample.strip():
        raise ReadingError(_("The file is empty. Was it saved, and is it the right one?"))
    start = sample.removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, kind in _NOT_CSV:
        if not start.startswith(mark):
            continue
        if kind == "spreadsheet":
            raise ReadingError(
                _(
                    "This is a spreadsheet file, not a CSV file. "
                    "Save it as “CSV UTF-8” in your spreadsheet program and upload that."
                )
            )
        told = str(_TOLD.get(kind, _("This is not a CSV file.")))
        raise ReadingError(f"{told} {_('Export the people as CSV or Excel, and upload that.')}")


def find(file: BinaryIO, sample: bytes) -> str:
    """Return the likeliest encoding of a file that begins with `sample`. Raises `ReadingError`."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    wide = _wide(sample)
    if wide:
        return wide
    if max(sample.count(0), len(_CONTROL.findall(sample))) > max(20, len(sample) // 100):
        raise ReadingError(_("This is not a CSV file. Upload a table saved as CSV."))
    return "utf-8" if _is_utf8(file) else _of_one_byte(sample)


def _of_one_byte(sample: bytes) -> str:
    """Return the likeliest character set in which each byte is a letter."""
    words = [word for word in _WORD.findall(sample) if not word.isascii()]
    foreign = [word for word in words if _FOREIGN.fullmatch(word)]
    if 2 * len(foreign) <= len(words):
        return _FALLBACK
    return min(
        _ALPHABETS, key=lambda encoding: _slips(b" ".join(foreign).decode(encoding, "replace"))
    )


def _slips(text: str) -> int:
    """Count capitals behind small letters, which a wrong alphabet has many of."""
    return sum(one.islower() and other.isupper() for one, other in itertools.pairwise(text))


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of Latin text is a NUL."""
    half = len(sample) // 2
    if half >= 8 and sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if half >= 8 and sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return ""


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(1024 * 1024):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
