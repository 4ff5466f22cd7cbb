"""Make of what an author wrote the HTML and text of a mail, merge tags left in place."""

from __future__ import annotations

import re
from dataclasses import dataclass

import css_inline
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from campaigns.composing import markdown, merge_tags, mjml, plain_text, utm
from campaigns.composing.blocks import document, layout
from campaigns.composing.brands import looks
from campaigns.composing.marks import Marks
from campaigns.composing.models import Campaign

# Nothing is fetched: styles that are not in the mail are not our business.
_PASTED = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_OWN = css_inline.CSSInliner(load_remote_stylesheets=False)
_COMMENT = re.compile(r"(<!--.*?-->)", re.DOTALL)
_IN_TABLE = re.compile(
    r"(</?(?:table|thead|tbody|tfoot|tr|td|th)\b[^>]*>)([\sa-z0-9]+)(?=<)", re.IGNORECASE
)
_HIDDEN = re.compile(r"<!--([\sa-z0-9]+)-->")
_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>\n?", re.DOTALL)


@dataclass(frozen=True)
class Content:
    """A mail before its links are counted and its footer is on: two Liquid texts."""

    html: str
    text: str


def render(campaign: Campaign) -> Content:
    """Return what `campaign` says, as HTML and as text."""
    html, derived = _made(campaign, inline=campaign.inline_css)
    marks = utm.of(campaign)
    return Content(html=utm.in_html(html, marks), text=utm.in_text(campaign.text or derived, marks))


def as_html(campaign: Campaign, *, inline: bool = False) -> str:
    """Return the HTML of the body, however it is written. Raises `MergeTagError`."""
    return _made(campaign, inline=inline)[0]


def derived_text(campaign: Campaign) -> str:
    """Return the plain text that a campaign has when nobody wrote one."""
    return _made(campaign, inline=False)[1]


def _made(campaign: Campaign, *, inline: bool) -> tuple[str, str]:
    """Return the HTML and the text that come from the body, however it is written."""
    source = campaign.body.replace("\r\n", "\n").replace("\r", "\n")
    match campaign.format:
        case Campaign.Format.MARKDOWN:
            return _from_markdown(source, campaign)
        case Campaign.Format.BLOCKS:
            return _from_html(_from_blocks(source, campaign), inline=False)
        case Campaign.Format.MJML:
            return _from_html(mjml.compile_source(source), inline=False)
    return _from_html(source, inline=inline)


def _from_blocks(source: str, campaign: Campaign) -> str:
    sender = campaign.sender
    return layout.to_html(
        document.read(source),
        title=sender.name if sender else campaign.workspace.name,
        language=campaign.spoken,
        look=looks.of(campaign.workspace),
    )


def _from_markdown(source: str, campaign: Campaign) -> tuple[str, str]:
    marks = Marks(source)
    masked = merge_tags.mask(source, marks)
    body = _without_empty_paragraphs(markdown.render(_logic_apart(masked, marks)), marks)
    sender = campaign.sender
    page = render_to_string(
        "composing/mail.html",
        {
            "language": campaign.spoken,
            "brand": sender.name if sender else campaign.workspace.name,
            # Rendered with HTML switched off: what an author typed is escaped in it.
            "body": mark_safe(body),
        },
    )
    inlined = _OWN.inline(page).replace(' data-css-inline="keep"', "")
    html = marks.restore(inlined, merge_tags.literal)
    return html, _text_of(body, marks)


def _from_html(source: str, *, inline: bool) -> tuple[str, str]:
    source = merge_tags.unescape(source)
    marks = Marks(source)
    masked = merge_tags.mask(source, marks)
    text = _text_of(masked, marks)
    if not inline or "<style" not in source.lower():
        return source, text
    return marks.restore(_inlined(masked, marks), merge_tags.literal), text


def _inlined(masked: str, marks: Marks) -> str:
    """Copy styles into elements; conditions between table rows stay where they are.

    A parser moves text out of a table, but leaves comments in it.
    """

    def hide(match: re.Match[str]) -> str:
        return f"{match[1]}<!--{match[2]}-->" if marks.only_logic(match[2]) else match.group()

    parts = _COMMENT.split(masked)
    parts[::2] = [_IN_TABLE.sub(hide, part) for part in parts[::2]]
    inlined = _PASTED.inline("".join(parts))
    return _HIDDEN.sub(lambda m: m[1] if marks.only_logic(m[1]) else m.group(), inlined)


def _text_of(masked: str, marks: Marks) -> str:
    """Derive the text; a line of nothing but conditions leaves no empty line behind."""
    lines = plain_text.derive(masked).split("\n")
    text = "".join(line if marks.only_logic(line) else f"{line}\n" for line in lines)
    return marks.restore(text.rstrip("\n") + "\n", merge_tags.literal)


def _logic_apart(masked: str, marks: Marks) -> str:
    """Give lines of nothing but `{% … %}` a paragraph of their own.

    A list or a table would take the line in, and a condition must not cut one in two.
    """
    lines = masked.split("\n")
    return "\n".join(f"\n{line}\n" if marks.only_logic(line) else line for line in lines)


def _without_empty_paragraphs(html: str, marks: Marks) -> str:
    def bare(match: re.Match[str]) -> str:
        return match[1] if marks.only_logic(match[1]) else match.group()

    return _PARAGRAPH.sub(bare, html)
