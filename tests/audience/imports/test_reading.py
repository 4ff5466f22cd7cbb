"""Files as people have them: found out, streamed, and refused with a sentence."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.audience.imports import reading

TABLE = [
    ["E-mail", "Name", "Note"],
    ["jörg@example.com", "Jörg Müller", "said: “hello”"],
    ["ann@example.com", "Ann, the first; yes|no", 'a "quoted" word'],
    ["bob@example.com", "Bob\nof two lines", "tab\there"],
    ["", "", ""],
    ["zoë@example.com", "Zoë €5", ""],
]
ROWS = [row for row in TABLE[1:] if any(row)]
ENCODINGS = {
    "utf-8": ("utf-8", "utf-8"),
    "utf-8 with mark": ("utf-8-sig", "utf-8"),
    "windows-1252": ("windows-1252", "windows-1252"),
    "utf-16 with mark": ("utf-16", "utf-16"),
    "utf-16, little, no mark": ("utf-16-le", "utf-16-le"),
    "utf-16, big, no mark": ("utf-16-be", "utf-16-be"),
    "utf-32 with mark": ("utf-32", "utf-32"),
}


def write(table, *, delimiter=",", encoding="utf-8", newline="\r\n", quote_all=False) -> io.BytesIO:
    def cell(text):
        if quote_all or any(sign in text for sign in (delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = [delimiter.join(map(cell, row)) if any(row) else "" for row in table]
    return io.BytesIO((newline.join(lines) + newline).encode(encoding))


def read(file, shape=None):
    shape = shape or reading.find_shape(file)
    return [row.cells for row in reading.rows(file, shape)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote_all", [False, True])
def test_every_character_set_delimiter_and_line_end(encoding, delimiter, newline, quote_all):
    written, found = ENCODINGS[encoding]
    file = write(TABLE, delimiter=delimiter, encoding=written, newline=newline, quote_all=quote_all)
    shape = reading.find_shape(file)
    assert shape == reading.Shape(found, delimiter, has_header=True)
    assert reading.column_names(file, shape) == TABLE[0]
    assert read(file, shape) == ROWS


def test_rows_know_the_line_of_the_file_where_they_begin():
    file = io.BytesIO(b'email,note\r\n\r\na@x.org,"two\r\nlines"\r\n,\r\nb@x.org,c\r\n')
    lines = [row.line for row in reading.rows(file, reading.find_shape(file))]
    assert lines == [3, 6]


def test_a_file_without_header_gets_column_names_made_up():
    file = io.BytesIO(b"ann@example.com;Ann\nbob@example.com;Bob\n")
    shape = reading.find_shape(file)
    assert not shape.has_header
    assert reading.column_names(file, shape) == ["Column 1", "Column 2"]
    assert read(file, shape) == [["ann@example.com", "Ann"], ["bob@example.com", "Bob"]]


def test_the_hint_that_excel_writes_is_heeded():
    file = io.BytesIO(b"sep=|\r\nemail|name\r\nann@example.com|a,b;c,d;e,f\r\n")
    shape = reading.find_shape(file)
    assert shape.delimiter == "|"
    assert [(row.line, row.cells) for row in reading.rows(file, shape)] == [
        (3, ["ann@example.com", "a,b;c,d;e,f"])
    ]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"email\nann@example.com\nbob@example.com", [["ann@example.com"], ["bob@example.com"]]),
        # Ragged rows keep the cells they have.
        (b"email,a,b\nx@x.org\ny@x.org,1,2,3\n", [["x@x.org"], ["y@x.org", "1", "2", "3"]]),
        (b'email, name\nx@x.org, "a, b"\n', [["x@x.org", "a, b"]]),
        (b'email,name\nx@x.org,Bob "the" Smith\n', [["x@x.org", 'Bob "the" Smith']]),
        (b"email,name\nx@x.org,a\x00b\n", [["x@x.org", "a\x00b"]]),
        # One byte that Windows-1252 does not define spoils one letter, not the file.
        (b"email,name\nx@x.org,\xe9\x81\n", [["x@x.org", "é\ufffd"]]),
        (b"email,name\nx@x.org,\xd8\xa7\xf0\x9f\x98\x80\n", [["x@x.org", "ا😀"]]),
        # Commas within cells do not make a table of a semicolon file.
        (b"email;price\nx@x.org;1,50\ny@x.org;2,50\n", [["x@x.org", "1,50"], ["y@x.org", "2,50"]]),
        (b"email\x0bx,name\nx@x.org,a\x1cb\n", [["x@x.org", "a\x1cb"]]),
    ],
)
def test_quirks(content, rows):
    assert read(io.BytesIO(content)) == rows


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \r\n\t\r\n", "empty"),
        (b"PK\x03\x04" + bytes(200), "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0" + bytes(200), "CSV UTF-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not a CSV"),
        (b"%PDF-1.7 ...", "not a CSV"),
        (b"<html><table><tr><td>email</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><people/>", "web page or XML"),
        (b'[{"email": "x@x.org"}, {"email": "y@x.org"}]', "JSON"),
        (b'{"contacts": [{"email": "x@x.org"}]}', "JSON"),
        (b"BEGIN:VCARD\nEMAIL:x@x.org\nEND:VCARD\n", "vCard"),
        (random.Random(1).randbytes(4000), "not a CSV"),
        (bytes(range(256)) * 40 + bytes(2000), "not a CSV"),
        (b'email,name\nx@x.org,"never closed\ny@x.org,b\n', "In line 2 a quotation mark"),
        (b'email,name\nx@x.org,"' + b"word, word\n" * 20_000, "In line 2 a quotation mark"),
        (b"email,name\nx@x.org," + b"x" * 1_200_000, "longer than a million"),
        (b"a," * 600 + b"email\nx@x.org\n", "601 columns"),
        (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8a\x00", "characters cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content, sentence):
    file = io.BytesIO(content)
    with pytest.raises(reading.ReadingError, match=sentence):
        shape = reading.find_shape(file)
        reading.column_names(file, shape)
        read(file, shape)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("windows-1251", "email;имя\nx@x.org;Привет Мир\n"),
        ("windows-1251", "email,name\nx@x.org,Иван Петров\ny@x.org,ОЛЬГА\n"),
        ("windows-1251", "email,name,note\nx@x.org,Юлія Яценко,Їжак і Євген\n"),
        ("windows-1253", "email,name\nx@x.org,Γιώργος Παπαδόπουλος\ny@x.org,Ελένη\n"),
        ("windows-1252", "email,name\nx@x.org,Zoë Müller\ny@x.org,Øyvind Ås\n"),
        ("windows-1252", "email,name\nx@x.org,José Peña\ny@x.org,François Noël\n"),
        ("windows-1252", "email,price\nx@x.org,€ 10\n"),
    ],
)
def test_alphabets_of_one_byte_are_told_apart(encoding, text):
    file = io.BytesIO(text.encode(encoding))
    assert reading.find_shape(file).encoding == encoding


def test_the_wrong_character_set_is_said():
    file = io.BytesIO("email,name\nx@x.org,é\n".encode("windows-1252"))
    with pytest.raises(reading.ReadingError, match="Choose another character set"):
        read(file, reading.Shape("utf-8", ","))


def test_reading_leaves_the_file_open():
    file = write(TABLE)
    shape = reading.find_shape(file)
    next(reading.rows(file, shape))
    assert not file.closed
    assert read(file, shape) == ROWS


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1a"), max_size=8)


@settings(max_examples=200)
@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5),
    st.sampled_from(reading.DELIMITERS),
)
def test_any_table_is_read_as_it_was_written(table, delimiter):
    file = write([["email", "b"], *table], delimiter=delimiter, newline="\n", quote_all=True)
    shape = reading.Shape("utf-8", delimiter)
    filled = [row for row in table if any(cell.strip() for cell in row)]
    assert read(file, shape) == filled
