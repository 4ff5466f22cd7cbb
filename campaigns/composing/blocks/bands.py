"""What is behind the blocks of a mail: the sheet, a tint of it, or the colour of its buttons."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.composing.blocks import colours
from campaigns.composing.blocks.look import Look
from campaigns.composing.proofing import contrast

_DARK = (
    "@media (prefers-color-scheme: dark) {"
    " body, .page { background-color: #0f1217 !important; }"
    " .sheet, .sheet > table { background: #1b2028 !important;"
    " background-color: #1b2028 !important; }"
    " .tint, .tint > table { background: #252c37 !important;"
    " background-color: #252c37 !important; }"
    " .words div, .words p, .words h1, .words h2, .words h3, .words li, .words blockquote"
    " { color: #e3e8ef !important; }"
    " .quiet div, .quiet p, .quiet li { color: #a9b3c1 !important; }"
    " .words a { color: #93b4ff !important; }"
    " .rule p { border-top-color: #465061 !important; }"
    " .footer, .footer p, .footer a { color: #98a2b1 !important; } }"
)
_PHONE = (
    "@media (max-width: 479px) {"
    " .top { display: none !important; }"
    " .side { padding-left: 20px !important; padding-right: 20px !important; }"
    " .cell { padding-left: 0 !important; padding-right: 0 !important; }"
    " .beside .cell { padding-right: 12px !important; }"
    " h1 { font-size: 26px !important; line-height: 32px !important; } }"
)
STYLES = _PHONE + _DARK


@dataclass(frozen=True)
class Band:
    """The colours of the blocks on one background, and the classes that dark colours go by."""

    css_class: str
    behind: str
    ink: str
    quiet: str
    link: str
    button: str
    on_button: str
    words: str = "words"


def of(look: Look) -> dict[str, Band]:
    """Return the bands of a mail, by the names they have in a document."""
    on_accent = colours.on(look.accent)
    tint = colours.mix(look.sheet, look.accent, 0.07)
    # On the colour of buttons, a button has the colours of the sheet.
    reads = colours.contrast(look.accent, look.sheet) >= contrast.LEAST
    return {
        "": _plain(look, "sheet", look.sheet),
        "tint": _plain(look, "tint", tint),
        "accent": Band(
            css_class="accent",
            behind=look.accent,
            ink=on_accent,
            quiet=colours.quiet(on_accent, look.accent),
            link=on_accent,
            button=look.sheet,
            on_button=look.accent if reads else colours.on(look.sheet),
            words="on-accent",
        ),
    }


def _plain(look: Look, css_class: str, behind: str) -> Band:
    return Band(
        css_class=css_class,
        behind=behind,
        ink=look.ink,
        quiet=colours.quiet(look.ink, behind),
        link=look.link,
        button=look.accent,
        on_button=colours.on(look.accent),
    )
