"""Quoted-printable with slots: any text, any cut, comes back as it was."""

import quopri

from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.composing import quoted_printable

texts = st.text(
    st.one_of(
        st.sampled_from(list(".=\n\r\t %aä€😀-_/")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=300,
)


def unified(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encode(pieces):
    """Fixed text and slots in turn, as a mail lays them out."""
    out = []
    for position, piece in enumerate(pieces):
        slot_follows = position + 1 < len(pieces)
        if position % 2:
            out.append(quoted_printable.value(piece))
        else:
            out.append(
                quoted_printable.fixed(piece, at_start=position == 0, before_slot=slot_follows)
            )
    if len(pieces) % 2 == 0 and pieces:
        out.append(quoted_printable.fixed("", at_start=False, before_slot=False))
    return b"".join(out)


@settings(max_examples=400)
@given(st.lists(texts, min_size=1, max_size=5))
def test_comes_back_as_it_was(pieces):
    # A line end belongs to the piece it stands in: "\r" + "\n" of two pieces are two.
    assert quopri.decodestring(encode(pieces)).replace(b"\r\n", b"\n").decode() == "".join(
        unified(piece) for piece in pieces
    )


@example(["", "000\x1f\x08\x80\x80\x80" + "\U00010000" * 4 + "0"])
@example(["", "x" * 75 + "."])
@example(["x" * 76, "x" * 76])
@settings(max_examples=400)
@given(st.lists(texts, min_size=1, max_size=5))
def test_lines_are_short_and_none_begins_with_a_dot(pieces):
    encoded = encode(pieces)
    assert b"\n" not in encoded.replace(b"\r\n", b"") and b"\r" not in encoded.replace(b"\r\n", b"")
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith(b".")
        assert line.isascii()
        assert not line.endswith((b" ", b"\t"))


def test_plain_values_take_the_short_way_unchanged():
    assert quoted_printable.value("Bob") == b"Bob"
    assert quoted_printable.value("a=b") == b"a=3Db"
    assert quoted_printable.value(".bob") != b".bob"
    assert quoted_printable.value("") == b""


def test_a_lone_surrogate_does_not_stop_a_mail():
    assert quoted_printable.value("a\ud800b") == b"a?b"
