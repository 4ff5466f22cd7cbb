"""Links of HTML mails: found where readers follow them, all else left byte for byte."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.composing import markup


@pytest.mark.parametrize(
    ("source", "urls"),
    [
        ('<a href="https://a.example/?x=1&amp;y=2#f">x</a>', ["https://a.example/?x=1&y=2#f"]),
        ("<a href='https://a.example/'>x</a>", ["https://a.example/"]),
        ("<a href=https://a.example/>x</a>", ["https://a.example/"]),
        ('<A CLASS="x" HREF = "HTTPS://A.example/">x</A>', ["HTTPS://A.example/"]),
        ('<a\nhref="\n https://a.example/p\n">x</a>', ["https://a.example/p"]),
        ('<area href="https://a.example/map">', ["https://a.example/map"]),
        (
            '<!--[if mso]><v:roundrect href="https://a.example/mso"><![endif]-->',
            ["https://a.example/mso"],
        ),
        ('<!-- <a href="https://a.example/">old</a> -->', []),
        ('<style>a[href="https://a.example/"] {}</style>', []),
        ("<script>'<a href=\"https://a.example/\">'</script>", []),
        ('<a href="mailto:a@example.com">x</a>', []),
        ('<a href="tel:+3112345">x</a>', []),
        ('<a href="#top">x</a>', []),
        ('<a href="/local">x</a>', []),
        ('<a href="javascript:alert(1)">x</a>', []),
        ('<a title="href=https://no.example/" href="https://a.example/">', ["https://a.example/"]),
        ('<a data-href="https://no.example/">x</a>', []),
        ('<img src="https://a.example/p.png"><link href="https://a.example/c.css">', []),
        ('<a href="https://a.example/?a=1&copy=2">x</a>', ["https://a.example/?a=1&copy=2"]),
        ('<a href="https://a.example/?a=&copy;">x</a>', ["https://a.example/?a=©"]),
        (
            '<a href="https://a.example/">1</a><a href="https://a.example/">2</a>',
            ["https://a.example/"],
        ),
        ('<a title=">" href="https://a.example/">x</a>', ["https://a.example/"]),
        ('1 < 2 <a href="https://a.example/">x</a>', ["https://a.example/"]),
        ('<a href="https://a.example/', []),
    ],
)
def test_finds_the_links_readers_can_follow(source, urls):
    assert markup.links(source) == urls


bits = st.sampled_from([*"abc/?&=#;%+.,-_~ä<>\"' ", "&amp;", "&copy", "&lt;"])
paths = st.lists(bits, max_size=40).map("".join)


@given(paths)
def test_an_address_comes_through_as_written(path):
    url = "https://a.example/" + path.strip()
    source = f'<p>before<a class="x" href="{markup.escape_attribute(url)}">x</a>after</p>'
    assert markup.links(source) == [url]
    assert markup.replace_links(source, lambda found: found) == source


def test_everything_but_the_link_stays_byte_for_byte():
    source = (
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'>\r\n<html><head><style>a{}</style>"
        "<!--[if mso]><xml/><![endif]--></head>\n<BODY  bgcolor=white>&nbsp;<td\tALIGN=left>"
        '<a   target=_blank href="https://a.example/?a=1&amp;b=2"  >x</a><br></BODY></html>'
    )
    changed = markup.replace_links(source, lambda url: "https://t.example/1")
    assert changed == source.replace("https://a.example/?a=1&amp;b=2", "https://t.example/1")


def test_puts_preheader_first_and_footer_last():
    source = "<html><body class='x'><p>Hello</p></body></html>"
    assert markup.insert(source, first="[first]", last="[last]") == (
        "<html><body class='x'>[first]<p>Hello</p>[last]</body></html>"
    )


def test_a_body_in_a_comment_for_outlook_is_not_the_body():
    source = (
        "<!--[if mso]><body class=o><![endif]--><!--[if !mso]><!--><body><!--<![endif]-->x</body>"
    )
    assert "<body>[first]" in markup.insert(source, first="[first]", last="")


def test_a_fragment_becomes_a_document():
    document = markup.insert("<p>Hello</p>", first="[first]", last="[last]")
    assert document.startswith("<!DOCTYPE html>")
    assert "[first]<p>Hello</p>[last]" in document


@pytest.mark.parametrize(
    "piece", ['<a "', "<a href='", "<!--", "<style>", "<a <a", "&", "<a href=x "]
)
def test_hostile_markup_costs_no_more_than_its_length(piece):
    # Of the processor's time: what else the machine does is not counted.
    start = time.process_time()
    markup.links(piece * 200_000)
    assert time.process_time() - start < 3
