"""Write the three texts of a mail, subject, HTML and plain text, ready to be filled in.

Links get their numbers, the body its preheader, footer and pixel. What is personal is
left as slots.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from campaigns.audience import languages, recipient_links
from campaigns.audience.models import Tracking
from campaigns.composing import disclosing, footer, markup, merge_tags, plain_text, slots
from campaigns.composing.disclosing import Recorded
from campaigns.composing.marks import Hole, Marks, Tag
from campaigns.composing.models import Revision
from campaigns.composing.slots import Text
from tracking import addresses

_LINKS = {
    "unsubscribe_url": recipient_links.unsubscribe_url,
    "preferences_url": recipient_links.preferences_url,
    "web_version_url": recipient_links.web_version_url,
    "stay_url": recipient_links.stay_url,
}


@dataclass(frozen=True)
class Written:
    """The texts of a mail."""

    subject: Text
    html: Text
    text: Text


# On a public page nobody leaves and nobody chooses.
_NOWHERE = {name: lambda _token: "#" for name in _LINKS}


def write(revision: Revision, recorded: Recorded, *, tracked: bool) -> Written:
    """Return the texts of `revision`; not `tracked` leaves links and pixel out."""
    pixel = tracked and recorded.opens != Tracking.NONE
    links = tracked and recorded.clicks != Tracking.NONE
    numbers: dict[str, int] = revision.links if links else {}
    spoken = (revision.language, revision.workspace.language)
    with languages.speaking(languages.known(*spoken) or languages.OTHERWISE):
        return Written(
            subject=line(revision.subject),
            html=_html(revision, recorded, numbers, pixel=pixel),
            text=_text(revision, recorded, numbers),
        )


def public(revision: Revision) -> Text:
    """Return the HTML of `revision` without what is one recipient's: ways out, footer, pixel."""
    marks, masked = _mask(revision.html)
    whole = markup.insert(masked, first="", last="")
    compiler = slots.Compiler(_NOWHERE, escape=True, words=revision.words)
    return compiler.compile(marks.split(whole))


def web_addresses(content_html: str, content_text: str) -> list[str]:
    """Return the links of a mail that can be tracked, in order, each once.

    A link with a merge tag in it is no link yet: it is nobody's but the recipient's.
    """
    marks, masked_html = _mask(content_html)
    text_marks, masked_text = _mask(content_text)
    found = [url for url in markup.links(masked_html) if not marks.within(url)]
    found += [url for url in plain_text.links(masked_text) if not text_marks.within(url)]
    return list(dict.fromkeys(found))


def line(source: str) -> Text:
    """Return a text of one line, as a subject is, ready to be filled in."""
    marks, masked = _mask(source)
    return slots.Compiler(_LINKS, escape=False).compile(marks.split(masked))


def _html(revision: Revision, recorded: Recorded, numbers: dict[str, int], *, pixel: bool) -> Text:
    marks = Marks(revision.html + revision.preheader)
    masked = merge_tags.mask(revision.html, marks)
    preheader = html.escape(merge_tags.mask(revision.preheader, marks))
    hrefs = " ".join(markup.hrefs(masked))
    foot = _footer(revision, recorded, marks, has=_offered(masked, hrefs, marks)).as_html()
    masked = markup.replace_links(masked, _clicks(marks, numbers))
    if pixel and revision.workspace.hides_trap:
        foot += footer.trap(addresses.click_url(marks.put(Hole.CLICK), addresses.HONEYPOT))
    if pixel:
        foot += footer.pixel(addresses.open_url(marks.put(Hole.OPEN)))
    masked = markup.insert(masked, first=footer.preheader(preheader), last=foot)
    compiler = slots.Compiler(_LINKS, escape=True, words=revision.words)
    return compiler.compile(marks.split(masked))


def _text(revision: Revision, recorded: Recorded, numbers: dict[str, int]) -> Text:
    marks, masked = _mask(revision.text)
    foot = _footer(revision, recorded, marks, has=_offered(masked, masked, marks)).as_text()
    masked = plain_text.replace_links(masked, _clicks(marks, numbers))
    masked = f"{masked.rstrip()}\n\n{foot}"
    return slots.Compiler(_LINKS, escape=False).compile(marks.split(masked))


def _mask(source: str) -> tuple[Marks, str]:
    marks = Marks(source)
    return marks, merge_tags.mask(source, marks)


def _clicks(marks: Marks, numbers: dict[str, int]) -> Callable[[str], str | None]:
    token = marks.put(Hole.CLICK)

    def click(url: str) -> str | None:
        # A link with a merge tag was never registered, so it has no number.
        return addresses.click_url(token, numbers[url]) if url in numbers else None

    return click


def _footer(
    revision: Revision, recorded: Recorded, marks: Marks, *, has: set[str]
) -> footer.Footer:
    token = marks.put(Hole.UNSUBSCRIBE)
    offers = {
        "unsubscribe_url": recipient_links.unsubscribe_url(token),
        "preferences_url": recipient_links.preferences_url(token),
    }
    return footer.Footer(
        recorded=disclosing.line(recorded),
        sender=revision.from_name,
        postal_address=revision.postal_address,
        **{name: "" if name in has else url for name, url in offers.items()},
    )


def _offered(masked: str, within: str, marks: Marks) -> set[str]:
    """Say which personal links the author put in for everybody, outside any condition."""
    unconditional = {
        piece
        for group in slots.groups(marks.split(masked))
        for piece in group
        if len(group) == 1 and isinstance(piece, Tag)
    }
    there = {piece for piece in marks.split(within) if isinstance(piece, Tag)}
    return {
        name for name in merge_tags.LINKS for tag in there & unconditional if name in tag.source
    }
