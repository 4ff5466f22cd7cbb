"""Whatever is in the data or in the body, it stays one mail to one person."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.composing import compiling, freezing, headers
from tests import world
from tests.composing.letters import HEADERS, body, make_person, parse


@pytest.mark.parametrize(
    "address",
    ["bob@example.com\r\nBcc: eve@example.com", "bob@example.com, eve@example.com", "bob"],
)
def test_an_address_that_could_break_out_is_refused(frozen, address):
    mail = compiling.compile_revision(frozen, "none")
    with pytest.raises(headers.HeaderError):
        mail.fill(make_person(address=address))
    with pytest.raises(headers.HeaderError):
        mail.parts(make_person(address=address))


hostile = st.text(
    st.one_of(
        st.sampled_from(list("\r\n\0.=%<>&\"'{}@: ä€😀\u2028")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=200,
).map(lambda text: text) | st.sampled_from(
    [
        "\n.\r\n",
        "\r\n.\r\n",
        ".\n.",
        "x\r\n\r\n--=_alternative--\r\n",
        "Bob\r\nBcc: eve@example.com",
        "x" * 5000,
        "é" * 3000,
        "%b%s%(x)s",
        "</body></html>",
    ]
)


@example(first="\r", company="\r\n", country="\n\r")
@given(first=hostile, company=hostile, country=hostile)
def test_no_value_can_break_a_mail(frozen, first, company, country):
    person = make_person(contact={"first_name": first, "company": company, "country": country})
    mail = compiling.compile_revision(frozen, "individual")
    raw = mail.fill(person)
    parts = mail.parts(person)
    message = parse(raw)

    assert message.keys() == HEADERS
    assert not message.defects
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert str(message["Subject"]) == parts.subject
    assert len(message["To"].addresses) == 1
    for kind, content in (("plain", parts.text), ("html", parts.html)):
        assert body(message, kind).rstrip("\n") == content.rstrip("\n")
    assert "<script" not in parts.html

    lines = raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert not any(line.startswith(b".") for line in lines)
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert all(len(line) <= 998 for line in lines)
    assert raw.endswith(b"\r\n")


hostile_markup = st.lists(
    st.sampled_from(
        [
            "\n.\r\n",
            ".",
            "\n",
            "{{ contact.first_name }}",
            "{{ contact.company | upcase }}",
            "{% if contact.country %}",
            "{% endif %}",
            "{{ unsubscribe_url }}",
            "<p>",
            "</p>",
            "<a href='https://example.com/{{ contact.country }}'>",
            '<a href="https://example.com/a&amp;b">',
            "</body>",
            "<!--",
            "-->",
            "zq0z",
            "%s %b %",
            "é" * 40,
            "x" * 90,
            "=",
            "--=_alternative--",
            "[x](https://example.com/x)",
            " ",
        ]
    ),
    max_size=14,
).map("".join)


@given(source=hostile_markup)
@pytest.mark.parametrize("form", ["html", "markdown"])
def test_no_body_can_break_a_mail(workspace, sender, form, source):
    campaign = world.make_campaign(workspace, sender=sender, format=form, body=source)
    try:
        revision = freezing.unregistered(campaign)
        mail = compiling.Mail(revision, "individual", tracked=True)
    except compiling.MergeTagError:
        return
    parts = mail.parts(make_person())
    message = parse(mail.fill(make_person()))
    assert not message.defects
    assert body(message, "html").rstrip("\n") == parts.html.replace("\r\n", "\n").rstrip("\n")
    assert body(message, "plain").rstrip("\n") == parts.text.rstrip("\n")
    assert "/track/open/openopenopen.gif" in parts.html
