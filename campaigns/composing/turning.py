"""Turn what was written one way into another, as well as that goes.

The page says beforehand what is lost; what was written stays among the versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import lxml.html
from django.utils.translation import gettext as _

from campaigns.composing import markdown, merge_tags, rendering
from campaigns.composing.blocks import document, layout, rich_text
from campaigns.composing.blocks.document import Block
from campaigns.composing.brands import looks
from campaigns.composing.marks import Marks
from campaigns.composing.models import Campaign

_HEAD = re.compile(r"<head\b.*?</head\s*>|<style\b.*?</style\s*>|<!--.*?-->", re.I | re.S)
_CELLS = re.compile(r"</(?:td|th|tr|div|table|section|center)\s*>", re.I)
_EMPTY = re.compile(r"<p>(?:\s|<br>)*</p>")
_READ: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\s+"), " "),
    (re.compile(r'<a href="([^"]*)">(.*?)</a>'), r"[\2](\1)"),
    (re.compile(r"</?strong>"), "**"),
    (re.compile(r"</?em>"), "*"),
    (re.compile(r"</?s>"), "~~"),
    (re.compile(r"<h([123])>"), lambda match: f"\n\n{'#' * int(match[1])} "),
    (re.compile(r"<li>\s*(?:<p>)?"), "\n- "),
    (re.compile(r"<blockquote>\s*(?:<p>)?"), "\n\n> "),
    (re.compile(r"<br>\s*"), "\n"),
    (re.compile(r"</?(?:p|ul|ol|h[123]|blockquote)>"), "\n\n"),
    (re.compile(r"<[^<>]*>"), ""),
    (re.compile(r"[ \t]*\n[ \t]*"), "\n"),
    (re.compile(r"\n{3,}"), "\n\n"),
)


def turn(campaign: Campaign, target: str) -> str:
    """Return the body of `campaign` in another way of writing. Raises `MergeTagError`."""
    if campaign.format == target or not campaign.body.strip():
        return campaign.body
    match target:
        case Campaign.Format.HTML:
            return rendering.as_html(campaign)
        case Campaign.Format.MJML:
            return _to_mjml(campaign)
        case Campaign.Format.BLOCKS:
            blocks = _blocks(campaign)
            source = document.dump({"version": document.VERSION, "style": {}, "blocks": blocks})
            return document.dump(document.read(source))
    return _to_markdown(campaign)


def losses() -> dict[str, str]:
    """Return what becomes of a mail, by the way it was written and the way it will be."""
    to_html = _("The mail becomes the HTML it is sent as. It looks the same.")
    one_block = _(
        "The whole mail becomes one block of HTML: styles are copied into its elements; style "
        "sheets, scripts and forms are left out."
    )
    one_column = _("The words, pictures and links stand in one column; style sheets are left out.")
    plain = _(
        "Words, headings, lists, links and buttons stay. Colours, columns and layout are left out."
    )
    return {
        "markdown-blocks": _(
            "Paragraphs, pictures, buttons and dividers become blocks; tables become HTML."
        ),
        "html-blocks": one_block,
        "mjml-blocks": one_block,
        "blocks-mjml": _("Every block becomes the MJML it is made of. It looks the same."),
        "markdown-mjml": one_column,
        "html-mjml": one_column,
        "blocks-html": to_html,
        "markdown-html": to_html,
        "mjml-html": to_html,
        "blocks-markdown": plain,
        "html-markdown": plain,
        "mjml-markdown": plain,
    }


def _to_mjml(campaign: Campaign) -> str:
    if campaign.format == Campaign.Format.BLOCKS:
        return layout.to_mjml(
            document.read(campaign.body),
            title=campaign.sender.name if campaign.sender else campaign.workspace.name,
            language=campaign.spoken,
            look=looks.of(campaign.workspace),
        )
    return (
        "<mjml>\n  <mj-body>\n    <mj-section>\n      <mj-column>\n        <mj-text>\n"
        f"{rich_text.clean_block(_markup(campaign))}"
        "\n        </mj-text>\n      </mj-column>\n    </mj-section>\n  </mj-body>\n</mjml>\n"
    )


def _markup(campaign: Campaign) -> str:
    """Return the HTML of a body without what stands around it."""
    if campaign.format == Campaign.Format.MARKDOWN:
        marks = Marks(campaign.body)
        return marks.restore(markdown.render(merge_tags.mask(campaign.body, marks)), str)
    return _HEAD.sub("", rendering.as_html(campaign, inline=True))


def _blocks(campaign: Campaign) -> list[Block]:
    if campaign.format != Campaign.Format.MARKDOWN:
        source = rich_text.clean_block(_markup(campaign)).strip()
        return [{"type": "html", "source": merge_tags.unescape(source)}]
    marks = Marks(campaign.body)
    html = markdown.render(merge_tags.mask(campaign.body, marks))
    blocks: list[Block] = []
    for element in lxml.html.fragments_fromstring(html):
        if isinstance(element, str):
            continue
        block = _block(element, marks)
        if block["type"] == "text" and blocks and blocks[-1]["type"] == "text":
            blocks[-1]["html"] += block["html"]
        else:
            blocks.append(block)
    return blocks


def _block(element: lxml.html.HtmlElement, marks: Marks) -> Block:
    """Return what one element of a Markdown text becomes."""

    def whole(value: str | None) -> str:
        return marks.restore(value or "", str)

    element.tail = ""
    links = element.xpath(".//a[@class='button-link']")
    pictures = element.xpath("./img")
    if links:
        words = whole(links[0].text_content())
        return {"type": "button", "label": words[:120], "href": whole(links[0].get("href"))}
    if element.tag == "p" and len(pictures) == 1 and not element.text_content().strip():
        src, alt = whole(pictures[0].get("src")), whole(pictures[0].get("alt"))
        return {"type": "image", "src": src, "alt": alt[:300]}
    if element.tag == "hr":
        return {"type": "divider"}
    source = whole(lxml.html.tostring(element, encoding="unicode"))
    if element.tag == "table" or element.xpath(".//img"):
        return {"type": "html", "source": source}
    return {"type": "text", "html": source}


def _to_markdown(campaign: Campaign) -> str:
    if campaign.format == Campaign.Format.BLOCKS:
        return "\n\n".join(_written(document.read(campaign.body)["blocks"])) + "\n"
    return _plain(_markup(campaign)) + "\n"


def _written(blocks: list[Block]) -> list[str]:
    """Return the paragraphs that blocks become."""
    found: list[str] = []
    for block in blocks:
        match block["type"]:
            case "text":
                found.append(_plain(block["html"]))
            case "html":
                found.append(_plain(rich_text.clean_block(block["source"])))
            case "image" if block["src"]:
                picture = f"![{block['alt']}]({block['src']})"
                found.append(f"[{picture}]({block['href']})" if block["href"] else picture)
            case "button":
                found.append(f'[{block["label"]}]({block["href"]} "button")')
            case "divider":
                found.append("---")
            case "social":
                found += [f"[{link['name']}]({link['href']})" for link in block["links"]]
            case "columns":
                for column in block["columns"]:
                    found += _written(column)
            case "condition":
                found += [layout.condition(block), *_written(block["blocks"]), "{% endif %}"]
    return [paragraph for paragraph in found if paragraph]


def _plain(source: str) -> str:
    """Return HTML as Markdown, as far as that has words for it; merge tags as they are."""
    source = merge_tags.unescape(source)
    marks = Marks(source)
    masked = _CELLS.sub("<br><br>", merge_tags.mask(source, marks))
    text = _EMPTY.sub("", rich_text.clean(masked))
    for pattern, words in _READ:
        text = pattern.sub(words, text)
    return marks.restore(lxml.html.fromstring(f"<pre>{text}</pre>").text_content().strip(), str)
