"""What of a mail's HTML and CSS some mail programs leave out, by the tests of “Can I email”."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from campaigns.composing.proofing.finding import Finding, Weight
from campaigns.composing.proofing.sheet import Sheet

_DATA = Path(__file__).parent / "client_data" / "support.json"
_NAMED = 4

# Without these the mail falls apart, or something in it is missing. Of all others (rounded
# corners, shadows, fonts) the mail only looks plainer.
_HOLD_IT_TOGETHER = {
    "css-at-import", "css-clip-path", "css-display-flex", "css-display-grid", "css-function-clamp",
    "css-function-max", "css-function-min", "css-grid-template", "css-inset",
    "css-left-right-top-bottom", "css-nesting", "css-position", "css-transform", "css-unit-calc",
    "css-unit-vmax", "css-unit-vmin", "css-variables", "css-writing-mode", "html-audio",
    "html-dialog", "html-form", "html-input-checkbox", "html-input-radio", "html-input-submit",
    "html-input-text", "html-link", "html-meter", "html-object", "html-picture", "html-popover",
    "html-progress", "html-select", "html-svg", "html-textarea", "html-video", "image-avif",
    "image-base64", "image-bmp", "image-hdr", "image-heif", "image-ico", "image-mp4", "image-svg",
    "image-tiff", "image-webp",
}  # fmt: skip
# What our own layouts, footer and preheader stand on, made so that who leaves it out shows them
# well; and what so many mails have that nobody would change it.
_TAKEN_CARE_OF = {
    "css-at-media", "css-at-media-prefers-color-scheme", "css-border-radius", "css-comments",
    "css-cursor", "css-important", "css-max-height", "css-opacity", "css-outline", "css-overflow",
    "css-word-break", "css-word-spacing", "html-dir",
    "html-align", "html-aria-hidden", "html-aria-label", "html-background", "html-body",
    "html-cellpadding", "html-cellspacing", "html-comments", "html-div", "html-doctype",
    "html-h1-h6", "html-height", "html-hidden", "html-img", "html-lang", "html-lists",
    "html-mailto-links", "html-meta-color-scheme", "html-p", "html-role", "html-span", "html-style",
    "html-table", "html-target", "html-valign", "html-width",
}  # fmt: skip

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_RULE = re.compile(r"@(import|font-face|keyframes|supports|media)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"(?:^|[{;\s])(--)?([a-z][a-z-]*)\s*:\s*([^;{}]*)", re.IGNORECASE)
_PSEUDO = re.compile(r"(::?)([a-z-]+)(?=[\s,{(:>+~]|$)", re.IGNORECASE)
_SELECTOR = re.compile(r"(?:^|[{}])([^{}@]+)(?=\{)")
_UNIT = re.compile(r"(?<![\w#-])\d*\.?\d+(ch|cm|ex|in|mm|pc|rem|vh|vmax|vmin|vw)\b")
_FUNCTION = re.compile(
    r"\b(calc|clamp|min|max|var|linear-gradient|radial-gradient|conic-gradient|light-dark)\("
)
_EXTENSION = re.compile(r"\.(apng|avif|bmp|hdr|heic|heif|ico|mp4|svg|tiff?|webp)(?:[?#]|$)", re.I)
# Values that are features of their own.
_VALUES = {
    ("display", "flex"): "css-display-flex",
    ("display", "inline-flex"): "css-display-flex",
    ("display", "grid"): "css-display-grid",
    ("display", "inline-grid"): "css-display-grid",
}
_FUNCTIONS = {"calc": "css-unit-calc", "var": "css-variables"}
_INSETS = frozenset({"left", "right", "top", "bottom"})
# Tested without a value, and everywhere with values that all programs know.
_PLAIN_PROPERTIES = frozenset({"display", "margin", "padding", "width", "height", "font", "border"})


@dataclass(frozen=True)
class Support:
    """How well programs show one feature."""

    title: str
    without: tuple[str, ...]  # Programs that leave it out.


def findings(sheet: Sheet) -> Iterator[Finding]:
    """Give what some programs leave out, what holds the mail together first."""
    used = {slug: at for slug, at in _used(sheet) if slug in support()}
    for slug in sorted(used.keys() & _HOLD_IT_TOGETHER):
        one = support()[slug]
        if one.without:
            message = _("“%(feature)s” does not work in %(programs)s.")
            facts = {"feature": one.title, "programs": _named(one.without)}
            rest = (", ".join(one.without),) if len(one.without) > _NAMED + 1 else ()
            yield Finding(Weight.SHOULD, message % facts, at=used[slug], details=rest)
    plainer = [
        support()[slug]
        for slug in sorted(used.keys() - _HOLD_IT_TOGETHER - _TAKEN_CARE_OF)
        if support()[slug].without
    ]
    if plainer:
        yield Finding(
            Weight.MAY,
            _("Some mail programs show the mail a little plainer: they leave out ornaments."),
            details=tuple(
                _("%(feature)s: left out by %(programs)s")
                % {"feature": one.title, "programs": ", ".join(one.without)}
                for one in plainer
            ),
        )


@functools.cache
def support() -> dict[str, Support]:
    """Return what is known of each feature, by the name that “Can I email” has for it."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    programs: list[str] = data["programs"]
    return {
        slug: Support(
            title,
            tuple(name for name, how in zip(programs, letters, strict=True) if how == "n"),
        )
        for slug, (title, letters) in data["features"].items()
    }


def _named(programs: tuple[str, ...]) -> str:
    if len(programs) <= _NAMED + 1:
        return ", ".join(programs)
    facts = {"programs": ", ".join(programs[:_NAMED]), "number": len(programs) - _NAMED}
    return _("%(programs)s and %(number)d more") % facts


def _used(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Give the names of the features in a mail, each with a text that stands there."""
    for element in sheet.root.iter():
        yield f"html-{element.tag}", f"<{element.tag}"
        if element.tag == "input":
            yield f"html-input-{element.get('type', 'text').lower()}", "<input"
        for name in element.attrib:
            yield f"html-{name}", f"{name}="
        if element.get("srcset") or element.get("sizes"):
            yield "html-srcset", "srcset="
        source = element.get("src") or ""
        if source.startswith("data:"):
            yield "image-base64", "data:"
        if match := _EXTENSION.search(source):
            yield _picture(match[1].lower()), source
        yield from _declarations(element.get("style") or "")
    for style in sheet.root.iter("style"):
        yield from _rules(_COMMENT.sub("", style.text or ""))


def _rules(css: str) -> Iterator[tuple[str, str]]:
    for match in _AT_RULE.finditer(css):
        yield f"css-at-{match[1].lower()}", match[0]
    for selector in _SELECTOR.findall(css):
        for colons, name in _PSEUDO.findall(selector):
            kind = "element" if colons == "::" else "class"
            yield f"css-pseudo-{kind}-{name.lower()}", f"{colons}{name}"
    yield from _declarations(css)


def _declarations(css: str) -> Iterator[tuple[str, str]]:
    for own, name, value in _DECLARATION.findall(css):
        name, value = name.lower(), value.strip().lower()
        if own:
            yield "css-variables", f"--{name}"
            continue
        if slug := _VALUES.get((name, value.removesuffix("!important").strip())):
            yield slug, f"{name}:"
        elif name in _INSETS:
            yield "css-left-right-top-bottom", f"{name}:"
        elif name == "position" and value == "static":
            continue
        elif name not in _PLAIN_PROPERTIES:
            yield f"css-{name}", f"{name}:"
        for function in _FUNCTION.findall(value):
            yield _FUNCTIONS.get(function, _of_function(function)), f"{function}("
        for unit in _UNIT.findall(value):
            yield f"css-unit-{unit}", unit


def _of_function(name: str) -> str:
    return f"css-{name}" if "gradient" in name else f"css-function-{name}"


def _picture(extension: str) -> str:
    return "image-" + {"tif": "tiff", "heic": "heif"}.get(extension, extension)
