"""The mail as it went out, with what was clicked written over each link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.composing import compiling, markup, previewing
from campaigns.composing.models import Campaign, Revision
from campaigns.reports.engagement import LinkClicks
from campaigns.reports.reading import Report
from campaigns.reports.templatetags.figures import count, whole_percent

# All of a mail's own styles are undone, and nothing of the mail moves: a badge hangs on a
# point of no size.
POINT = "all:initial;position:relative;display:inline-block;width:0;height:0"
BADGE = (
    "all:initial;position:absolute;{place};z-index:9;cursor:default;"
    "box-sizing:border-box;padding:0 7px 0 2px;border-radius:10px;white-space:nowrap;"
    "font:600 12px/19px system-ui,sans-serif;box-shadow:0 1px 4px rgba(0,0,0,.35);{look}"
)
# Behind the last word of a link; on the corner of its picture.
BEHIND, CORNER = "inset-inline-start:4px;bottom:-5px", "inset-inline-start:6px;top:6px"
NUMBER = (
    "all:initial;display:inline-block;min-width:15px;margin-inline-end:5px;border-radius:8px;"
    "text-align:center;font:700 11px/15px system-ui,sans-serif;{}"
)
# Much clicked, clicked, not clicked: told apart by how dark they are, and by their words.
HOT = ("background:#0a4a3e;color:#fff;border:1px solid #fff", "background:#fff;color:#0a4a3e")
WARM = ("background:#fff;color:#0a4a3e;border:1px solid #0a4a3e", "background:#0a4a3e;color:#fff")
COLD = ("background:#f1f1ef;color:#4d5156;border:1px dashed #4d5156", WARM[1])
MUCH = 0.25


@dataclass(frozen=True)
class Heat:
    """What stands on a badge."""

    text: str
    title: str
    look: tuple[str, str]


def revisions(campaign: Campaign) -> list[Revision]:
    """Return the contents that went out, the newest first."""
    return list(campaign.revisions.select_related("workspace", "campaign").order_by("-number"))


def html(revision: Revision, report: Report) -> str:
    """Return the mail for a sandboxed frame, a badge on each link that is counted.

    Raises `MergeTagError` or `HeaderError`.
    """
    modes = previewing.modes_for(report.campaign, None)
    mail = compiling.compile_preview(revision, *modes).parts(previewing.person_of(revision))
    return previewing.framed(markup.mark_links(mail.html, _badges(revision.links, report)))


def _badges(numbers: Mapping[str, int], report: Report) -> Callable[[str, bool], str]:
    found = {link.number: link for link in report.links}

    def badge(url: str, on_picture: bool) -> str:
        link = found.get(numbers.get(url, 0))
        place = CORNER if on_picture else BEHIND
        return _badge(link.number, heat(link, report), place) if link else ""

    return badge


def heat(link: LinkClicks, report: Report) -> Heat:
    """Return what to say of a link: people where there are any, else clicks."""
    if report.is_about_people:
        share = link.people / report.clicked.count if report.clicked.count else 0.0
        title = ngettext("%(n)s person clicked it", "%(n)s people clicked it", link.people)
        text = f"{count(link.people)} · {whole_percent(share)}" if link.people else "0"
        return Heat(text, title % {"n": count(link.people)}, _look(share))
    if link.total_clicks is None:
        return Heat(_("few"), _("Too few clicks to be shown by themselves"), WARM)
    total = report.engaged.total_clicks
    share = link.total_clicks / total if total else 0.0
    title = ngettext("%(n)s click", "%(n)s clicks", link.total_clicks)
    text = f"{count(link.total_clicks)} · {whole_percent(share)}" if link.total_clicks else "0"
    return Heat(text, title % {"n": count(link.total_clicks)}, _look(share))


def _look(share: float) -> tuple[str, str]:
    if not share:
        return COLD
    return HOT if share >= MUCH else WARM


def _badge(number: int, heat: Heat, place: str) -> str:
    label = _("Link %(number)s: %(what)s") % {"number": number, "what": heat.title}
    look, spot = heat.look
    top = ";vertical-align:top" if place == CORNER else ""
    return (
        f'<span style="{POINT}{top}"><span style="{BADGE.format(place=place, look=look)}"'
        f' title="{escape(label)}"><span style="{NUMBER.format(spot)}">{number}</span>'
        f"{escape(heat.text)}</span></span>"
    )
