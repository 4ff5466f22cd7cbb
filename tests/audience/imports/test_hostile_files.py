"""Files as nobody should make them: a clear sentence, or the right result; never half of one."""

import io
import itertools
import resource

import pytest

from campaigns.audience.imports import reading
from campaigns.audience.models import Import
from tests import world
from tests.audience.files import import_file

ROWS = [
    ["E-mail", "First name", "Note"],
    ["zoë@bücher.example", "x", "y"],
    ["ann@bücher.example", "Zoë", 'said "hi"; then, left'],
    ["bob@example.com", "Müller-Lüdenscheidt", "two\nlines"],
    ["BOB@example.com", "Again", ""],
    ["cyd@example.com", "O'Hara", "a|b\tc"],
    ["=cmd|calc@example.com", "", ""],
    ["dan@example.com", "'=1+1", "' plain"],
]
EXPECTED = {
    "ann@xn--bcher-kva.example": ("Zoë", {"note": 'said "hi"; then, left'}),
    "bob@example.com": ("Müller-Lüdenscheidt", {"note": "two\nlines"}),
    "cyd@example.com": ("O'Hara", {"note": "a|b\tc"}),
    "dan@example.com": ("=1+1", {"note": "' plain"}),
    "=cmd|calc@example.com": ("", {}),
}


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


def people(workspace):
    return {one.email: (one.first_name, one.fields) for one in workspace.contacts.all()}


def written(delimiter: str, newline: str, *, ragged: bool = False) -> str:
    lines = []
    for row in ROWS:
        cells = ['"' + cell.replace('"', '""') + '"' for cell in row]
        while ragged and cells[-1] == '""' and len(cells) > 1:
            cells.pop()
        lines.append(delimiter.join(cells))
    return newline.join(lines) + newline


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "windows-1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(("newline", "ragged"), [("\n", False), ("\r\n", True), ("\r", False)])
def test_every_character_set_delimiter_and_quirk_gives_exactly_this(
    workspace, readers, encoding, delimiter, newline, ragged
):
    one = import_file(readers, written(delimiter, newline, ragged=ragged).encode(encoding))
    assert (one.status, one.rows_read, one.rejected, one.duplicates) == ("done", 7, 1, 1)
    assert "before the @-sign" in one.remarks.get().reason
    assert people(workspace) == EXPECTED


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("a\0b", "ab"),
        ("\x1b[31mred", "[31mred"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("שלום", "שלום"),
        ("👩‍👩‍👧‍👦 🇳🇱", "👩‍👩‍👧‍👦 🇳🇱"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("x" * 1500, "x" * 1000),
        ("\ufeffmark", "\ufeffmark"),
        ("a\\u0000b", "a\\u0000b"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\ufffd" * 3),
    ],
    ids=["NUL", "escape", "Arabic", "Hebrew", "emoji", "formula", "long", "mark", "json", "half"],
)
def test_odd_cells_are_kept_as_they_can_be(workspace, readers, cell, kept):
    import_file(readers, f"email,note\nann@example.com,{cell}\n".encode())
    assert workspace.contacts.get().fields == {"note": kept}


def test_five_hundred_columns_are_read_and_more_are_refused(workspace, readers):
    names = ["email", *(f"c{number}" for number in range(1, 500))]
    row = ["ann@example.com", *(str(number) for number in range(1, 500))]
    import_file(readers, f"{','.join(names)}\n{','.join(row)}\n".encode())
    fields = workspace.contacts.get().fields
    assert len(fields) == 499 and fields["c499"] == "499"
    wide = io.BytesIO(f"{','.join([*names, 'one too many'])}\n".encode())
    with pytest.raises(reading.ReadingError, match="501 columns"):
        reading.column_names(wide, reading.Shape("utf-8", ","))


class Endless(io.RawIOBase):
    """A file of a thousand million letters in one line, which nobody has to store."""

    SIZE = 1_000_000_000

    def __init__(self, start: bytes) -> None:
        self._start, self._at = start, 0
        self.read_so_far = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer) -> int:
        size = max(0, min(len(buffer), self.SIZE - self._at))
        content = (self._start + b"x" * size)[self._at : self._at + size]
        buffer[:size] = content.ljust(size, b"x")
        self._at += size
        self.read_so_far += size
        return size


@pytest.mark.parametrize("start", [b"email,name\n", b'email,name\na@example.com,"'])
def test_a_line_of_a_gigabyte_is_refused_without_reading_it(start):
    raw = Endless(start)
    file = io.BufferedReader(raw)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(reading.ReadingError, match=r"longer than a million|never closed"):
        list(itertools.islice(reading.rows(file, reading.Shape("utf-8", ",")), 10))
    assert raw.read_so_far < 10_000_000
    # In kilobytes.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_million_quotation_marks_say_where_they_open(readers):
    content = b"email,note\nann@example.com,ok\nbob@example.com," + b'"' * 1_000_001 + b"\n"
    one = import_file_or_error(readers, content)
    assert one.startswith(("In line 3", "Line 3"))


def import_file_or_error(readers, content: bytes) -> str:
    try:
        one: Import = import_file(readers, content)
    except reading.ReadingError as error:
        return str(error)
    return one.error
