"""What people who listen, or see little, would stumble over."""

import pytest

from campaigns.composing.proofing import readers
from campaigns.composing.proofing.sheet import Sheet

WORDS = (
    "<p>We bake at night, and the bread is warm when the shop opens at seven in the morning.</p>"
)


def said(body, *, lang="en", head=""):
    html = f'<html lang="{lang}"><head>{head}</head><body>{body}</body></html>'
    return [one.message for one in readers.findings(Sheet(html), footer="")]


def test_a_plain_letter_is_fine():
    assert said(WORDS + "<h1>Bread</h1><h2>Rye</h2><h2>Oat</h2><h1>Cake</h1>") == []


def test_a_mail_without_a_language_is_told():
    (message,) = said(WORDS, lang="")
    assert "which language" in message


def test_a_picture_without_words_is_told_one_that_decorates_is_not():
    (message,) = said(WORDS + '<img src="https://bakery.nl/rye.jpg"><img src="line.png" alt="">')
    assert "“rye.jpg”" in message


def test_a_link_around_a_picture_needs_words():
    assert said(WORDS + '<a href="https://a.nl/"><img src="a.png" alt="Our shop"></a>') == []
    (message,) = said(WORDS + '<a href="https://a.nl/"><img src="a.png" alt=""></a>')
    assert "has no words" in message
    # Said once, of the picture.
    (message,) = said(WORDS + '<a href="https://a.nl/"><img src="a.png"></a>')
    assert "The picture" in message


def test_a_heading_that_leaves_a_level_out_is_told():
    (message,) = said(WORDS + "<h1>Bread</h1><h3>Rye</h3>")
    assert "level 3, “Rye”" in message
    assert "Use level 2" in message


def test_a_mail_of_pictures_alone_is_told():
    (message,) = said('<img src="a.png" alt="All our bread, and what it costs this week">')
    assert "in pictures" in message


@pytest.mark.parametrize(
    ("body", "contrast"),
    [
        ('<p style="color:#777">{}</p>', "#777777 on #ffffff has a contrast of 4.4 to 1"),
        ('<p style="color:rgb(0 0 0 / 40%)">{}</p>', "#999999 on #ffffff"),
        ('<table bgcolor="#000000"><tr><td>{}</td></tr></table>', "#000000 on #000000"),
        ('<p style="background:#1d4ed8"><a href="https://a.nl/">{}</a></p>', "#0000ee on #1d4ed8"),
        ('<p style="background-color:navy"><font color="#333">{}</font></p>', "#333333 on #000080"),
        ('<p style="color:white"><b>{}</b></p>', "#ffffff on #ffffff has a contrast of 1.0"),
        ('<p style="color:white">{}<span>x</span></p>', "#ffffff on #ffffff"),
    ],
)
def test_words_that_fade_into_what_is_behind_them_are_told(body, contrast):
    (message,) = said(WORDS + body.format("Rye with nuts"))
    assert message.startswith("“Rye with nuts” is hard to read")
    assert contrast in message


@pytest.mark.parametrize(
    "body",
    [
        '<p style="color:#767676">Just enough</p>',
        '<p style="color:#888;font-size:24px">Large</p>',
        '<p style="color:#888;font:700 19px/24px Arial">Bold and large</p>',
        '<h1 style="color:#888">A heading</h1>',
        '<div style="display:none;color:#fff">Not seen</div>',
        '<p style="background:url(https://a.nl/b.png);color:#fff">On a picture</p>',
        '<table bgcolor="#000"><tr><td style="color:#fff">White on black</td></tr></table>',
        '<p style="color:nocolour">No colour</p>',
        '<p style="background:transparent">Through</p>',
        '<p style="color:#fff">·</p>',
    ],
)
def test_what_can_be_read_or_is_not_seen_is_left_alone(body):
    assert said(WORDS + body) == []


def test_the_rules_of_a_style_sheet_count():
    (message,) = said(
        WORDS + '<p class="pale">Pale</p>', head="<style>.pale { color: #ddd }</style>"
    )
    assert "#dddddd" in message


def test_the_same_colours_are_told_once():
    assert len(said(WORDS + '<p style="color:#aaa">One</p><p style="color:#aaa">Two</p>')) == 1


@pytest.mark.parametrize("html", ["", " ", "<", "\x00", "<p>" * 300, "<b></i><table><p>"])
def test_anything_can_be_read(html):
    assert isinstance(list(readers.findings(Sheet(html), footer="")), list)
