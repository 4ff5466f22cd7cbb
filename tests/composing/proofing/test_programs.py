"""What some mail programs leave out."""

import pytest

from campaigns.composing.proofing import programs
from campaigns.composing.proofing.finding import Weight
from campaigns.composing.proofing.sheet import Sheet


def found(body="", style=""):
    return list(
        programs.findings(
            Sheet(f"<html><head><style>{style}</style></head><body>{body}</body></html>")
        )
    )


@pytest.mark.parametrize(
    ("body", "style", "feature"),
    [
        ('<div style="display:flex"></div>', "", "display:flex"),
        ('<div style="display: grid !important"></div>', "", "display:grid"),
        ("<p class='a'>x</p>", ".a { position: absolute }", "position"),
        ("<p>x</p>", "p { margin-top: calc(1px + 2px) }", "calc()"),
        ("<p>x</p>", ":root { --ink: red } p { color: var(--ink) }", "Variables"),
        ("<p>x</p>", "@import url(https://a.nl/a.css);", "@import"),
        ("<video src='https://a.nl/a.mp4'></video>", "", "video"),
        ("<svg></svg>", "", "svg"),
        ('<form action="https://a.nl/"></form>', "", "form"),
        ('<img alt="" src="https://a.nl/a.webp?x=1">', "", "webP"),
        ('<img alt="" src="https://a.nl/a.svg">', "", "SVG image format"),
        ('<img alt="" src="data:image/png;base64,AA">', "", "Base 64"),
    ],
)
def test_what_holds_a_mail_together_is_told_with_who_leaves_it_out(body, style, feature):
    told = [one for one in found(body, style) if one.weight == Weight.SHOULD]
    assert any(feature in one.message and "does not work in" in one.message for one in told), told


def test_a_few_programs_are_named_the_most_used_first_and_all_in_the_details():
    (finding,) = found("<video src='https://a.nl/a'></video>")
    assert finding.message.startswith(
        "“<video> element” does not work in Gmail, Outlook (Windows), "
    )
    assert finding.message.endswith(" more.")
    assert len(finding.details[0].split(", ")) > 6


def test_ornaments_are_told_together_and_lightly():
    (finding,) = found('<p style="text-shadow:0 0 1px #000;box-shadow:0 0 2px #000">x</p>')
    assert finding.weight == Weight.MAY
    assert [one.split(":")[0] for one in finding.details] == ["box-shadow", "text-shadow"]
    assert "Outlook (Windows)" in finding.details[0]


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<table width='100%' cellpadding='0' role='presentation'><tr><td>x</td></tr></table>", ""),
        ('<p style="margin:0;color:#333;font-size:16px;line-height:24px">x</p>', ""),
        ("<p>x</p>", "@media (max-width: 600px) { p { color: #333 } }"),
        ("<p>display:flex</p>", "/* display:flex */"),
        ('<img alt="" src="https://a.nl/a.jpg"><a href="https://a.nl/flex">x</a>', ""),
    ],
)
def test_what_every_mail_has_is_left_alone(body, style):
    assert found(body, style) == []


def test_the_data_is_whole():
    support = programs.support()
    assert len(support) > 250
    known = programs._HOLD_IT_TOGETHER | programs._TAKEN_CARE_OF
    assert known <= support.keys(), "a name that is not in the data is never found"
    assert "Outlook (Windows)" in support["css-display-flex"].without
