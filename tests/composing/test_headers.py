"""Header fields: whatever goes in, one field comes out, and says the same."""

import email
import email.policy
import email.utils
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.composing import headers

texts = st.text(
    st.one_of(
        st.sampled_from(list('\r\n\0\x0b\u2028=?<>,;:"\\ aä€😀')),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=400,
)


def parse(raw: bytes):
    return email.message_from_bytes(raw + b"\r\nbody", policy=email.policy.default)


@given(texts)
def test_free_text_stays_one_field_and_says_the_same(value):
    raw = b"Subject: " + headers.unstructured(value, used=len("Subject: ")) + b"\r\n"
    message = parse(raw)
    assert message.keys() == ["Subject"]
    assert not message.defects
    assert message.get_payload() == "body"
    assert str(message["Subject"]) == headers.clean(value)
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


@given(texts)
def test_a_name_cannot_add_an_address(name):
    raw = b"From: " + headers.mailbox(name, "news@acme.example", used=6) + b"\r\n"
    message = parse(raw)
    assert message.keys() == ["From"]
    assert [one.addr_spec for one in message["From"].addresses] == ["news@acme.example"]
    # The newer parser of the standard library puts spaces between encoded words.
    old = email.message_from_bytes(raw + b"\r\nbody")
    shown, _address = email.utils.parseaddr(str(make_header(decode_header(old["From"]))))
    if not set(name) & set('<>[]"\\,;:@().'):
        assert shown.split() == headers.clean(name).split()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.com",
        "a@",
        "a@b@c d",
        "a\r\nBcc: x@example.com@example.com",
        "a@example.com\r\nBcc: x@example.com",
        "a@exam ple.com",
        "a@example.com>, <b@example.com",
        "a\0@example.com",
        "jörg@example.com",
        "a@-",
    ],
)
def test_refuses_what_is_no_address(address):
    with pytest.raises(headers.HeaderError):
        headers.address(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("bob@example.com", b"bob@example.com"),
        ("o'neil+tag@example.com", b"o'neil+tag@example.com"),
        ("bob@bücher.example", b"bob@xn--bcher-kva.example"),
        ("a,b@example.com", b'"a,b"@example.com'),
        ('"a,b"@example.com', b'"a,b"@example.com'),
        ("a@b@example.com", b'"a@b"@example.com'),
        ("-rf@example.com", b"-rf@example.com"),
    ],
)
def test_writes_one_address(address, expected):
    assert headers.address(address) == expected
    message = parse(b"To: " + headers.address(address) + b"\r\n")
    assert len(message["To"].addresses) == 1
