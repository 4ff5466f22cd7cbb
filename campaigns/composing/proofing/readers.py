"""What people who listen to a mail, or see it badly or without pictures, stumble over."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from campaigns.composing.proofing import contrast
from campaigns.composing.proofing.finding import Finding, Weight
from campaigns.composing.proofing.sheet import Run, Sheet, words_of

# A mail of pictures says less than this to whom does not load them.
_FEW_LETTERS = 80
_QUOTED = 40


def findings(sheet: Sheet, footer: str) -> Iterator[Finding]:
    """Give what is hard to read; the words of our `footer` are not the author's."""
    yield from _pictures(sheet)
    yield from _links(sheet)
    yield from _headings(sheet)
    yield from _contrast(sheet)
    yield from _only_pictures(sheet, footer)
    if not sheet.language:
        yield Finding(
            Weight.SHOULD,
            _(
                "The mail does not say which language it is in, so it may be read out in the wrong "
                'one: write <html lang="en"> for English.'
            ),
            at="<html",
        )


def _pictures(sheet: Sheet) -> Iterator[Finding]:
    for picture in sheet.seen("img"):
        source = picture.get("src") or ""
        if picture.get("alt") is None:
            message = _(
                "The picture “%(name)s” has no words for those who do not see it. Say what it "
                'shows in alt="…"; alt="" if it only decorates.'
            )
            name = basename(urlsplit(source).path) or source[:60] or _("without an address")
            yield Finding(Weight.SHOULD, message % {"name": name}, at=source)


def _links(sheet: Sheet) -> Iterator[Finding]:
    for link in sheet.seen("a"):
        href = link.get("href") or ""
        # Of a picture without a description, it was said already.
        told = any(picture.get("alt") is None for picture in link.iter("img"))
        if href and not told and not words_of(link):
            message = _(
                "A link has no words: whoever listens to the mail hears only its address, %(url)s. "
                "Give its picture a description."
            )
            yield Finding(Weight.SHOULD, message % {"url": href[:100]}, at=href)


def _headings(sheet: Sheet) -> Iterator[Finding]:
    before = 0
    for heading in sheet.seen("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if before and level > before + 1:
            message = _(
                "After a heading of level %(before)d comes one of level %(level)d, “%(words)s”: "
                "who jumps from heading to heading looks for one in between. Use level %(wanted)d."
            )
            words = words_of(heading)
            facts = {
                "before": before,
                "level": level,
                "wanted": before + 1,
                "words": _shortened(words),
            }
            yield Finding(Weight.SHOULD, message % facts, at=words)
        before = level


def _contrast(sheet: Sheet) -> Iterator[Finding]:
    told: set[tuple[contrast.Colour, contrast.Colour]] = set()
    for run in sheet.runs():
        if run.behind is None or (run.colour, run.behind) in told or not _has_letters(run):
            continue
        ratio = contrast.ratio(run.colour, run.behind)
        needed = contrast.LEAST_LARGE if run.is_large else contrast.LEAST
        if ratio >= needed:
            continue
        told.add((run.colour, run.behind))
        message = _(
            "“%(words)s” is hard to read: %(colour)s on %(behind)s has a contrast of %(ratio).1f "
            "to 1, and %(needed).1f is needed."
        )
        facts = {
            "words": _shortened(run.words),
            "colour": contrast.as_hex(run.colour),
            "behind": contrast.as_hex(run.behind),
            # Never rounded up to what would be enough.
            "ratio": int(ratio * 10) / 10,
            "needed": needed,
        }
        yield Finding(Weight.SHOULD, message % facts, at=run.words)


def _only_pictures(sheet: Sheet, footer: str) -> Iterator[Finding]:
    if next(sheet.seen("img"), None) is None:
        return
    said = " ".join(run.words for run in sheet.runs() if run.words not in footer)
    if len(said) < _FEW_LETTERS:
        yield Finding(
            Weight.SHOULD,
            _(
                "Nearly all of this mail is in pictures. Many programs show none at first, and "
                "filters take such mails for spam: say the most important thing in words."
            ),
        )


def _has_letters(run: Run) -> bool:
    return any(letter.isalnum() for letter in run.words)


def _shortened(words: str) -> str:
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED].rstrip()} …"
