"""What stands in the way of sending a campaign, said where it can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from campaigns.accounts.models import Provider
from campaigns.composing import (
    compiling,
    fields,
    freezing,
    headers,
    merge_tags,
    narrowing,
    segmenting,
)
from campaigns.composing.approving import asking
from campaigns.composing.blocks import checking, document
from campaigns.composing.marks import Marks
from campaigns.composing.models import Campaign
from campaigns.composing.templating import importing

LARGEST = 1_000_000
# Gmail shows the rest of a longer HTML part behind a link, the footer with it.
CLIPPED = 102_000
# Upright, the mail programs of iPhones and Android show 40 to 50 in their lists.
SUBJECT_ON_PHONES = 45


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, in a sentence for the marketer."""

    field: str
    message: str
    # Not written yet, rather than written wrongly.
    missing: bool = False


@dataclass(frozen=True)
class Review:
    """What a marketer hears about a campaign; there is advice only where nothing is wrong."""

    problems: list[Problem] = field(default_factory=list)
    advice: list[Problem] = field(default_factory=list)


def review(campaign: Campaign) -> Review:
    """Return what must be mended, and what may be changed: the mail is compiled once."""
    if len(campaign.body) > LARGEST:
        return Review([Problem("body", _too_large(len(campaign.body)))])
    found = [*_missing(campaign), *_inbox(campaign), *_addresses(campaign), *_merge_tags(campaign)]
    if found:
        return Review(found)
    try:
        mail = compiling.compile_preview(freezing.unregistered(campaign), campaign.tracking)
    except merge_tags.MergeTagError as error:
        return Review([Problem("body", explain(error))])
    except headers.HeaderError as error:
        return Review([Problem("sender", str(error))])
    if mail.size > LARGEST:
        return Review([Problem("body", _too_large(mail.size))])
    return Review(advice=list(_advice(campaign, mail.size)))


def problems(campaign: Campaign) -> list[Problem]:
    """Return what must be mended before `campaign` can be sent; empty when it can."""
    return [*review(campaign).problems, *unapproved(campaign)]


def unapproved(campaign: Campaign) -> list[Problem]:
    """Return that another member's yes is missing, if it is needed."""
    message = asking.obstacle(campaign)
    return [Problem("", message)] if message else []


def advice(campaign: Campaign) -> list[Problem]:
    """Return what a marketer may want to change; nothing here stops a campaign."""
    return review(campaign).advice


def _advice(campaign: Campaign, size: int) -> Iterator[Problem]:
    if size > CLIPPED:
        yield Problem("body", _clipped(size))
    if len(_without_tags(campaign.subject)) > SUBJECT_ON_PHONES:
        message = _("Phones show about the first %(number)d characters of a subject.")
        yield Problem("subject", message % {"number": SUBJECT_ON_PHONES})
    if not campaign.preheader:
        message = _("Without a preheader, inboxes show the first words of the mail instead.")
        yield Problem("preheader", message)


def _missing(campaign: Campaign) -> Iterator[Problem]:
    if not campaign.subject.strip():
        yield Problem("subject", _("Write a subject."), missing=True)
    if campaign.sender is None:
        yield Problem("sender", _("Choose who the mail is from."), missing=True)
    if not campaign.lists.exists():
        yield Problem("lists", _("Choose at least one list."), missing=True)
    # While it is paused its audience is fixed, and nobody could mend what became of a segment.
    if campaign.status != Campaign.Status.PAUSED:
        for message in narrowing.problems(campaign):
            yield Problem("segments", message)
    if is_blank(campaign):
        yield Problem("body", _("Write something: the body is empty."), missing=True)


def _inbox(campaign: Campaign) -> Iterator[Problem]:
    sender = campaign.sender
    if sender is None or sender.provider.kind != Provider.Kind.INBOX:
        return
    if campaign.workspace.senders.real().exists():
        message = _(
            "This sender mails into the local inbox, which is off since you have a real provider: "
            "nobody would get the mail. Choose another sender, or give this one the provider."
        )
        yield Problem("sender", message)


def _addresses(campaign: Campaign) -> Iterator[Problem]:
    if campaign.reply_to and not _is_address(campaign.reply_to):
        yield Problem("reply_to", _("This is not an e-mail address."))


def _merge_tags(campaign: Campaign) -> Iterator[Problem]:
    known = (*fields.names(campaign.workspace), *segmenting.names(campaign))
    in_blocks = campaign.format == Campaign.Format.BLOCKS and not is_blank(campaign)
    for name in ("subject", "preheader", "body", "text"):
        try:
            if name == "body" and in_blocks:
                checking.check(campaign.body, known)
            else:
                merge_tags.check(getattr(campaign, name), known)
        except merge_tags.MergeTagError as error:
            unfinished = isinstance(error, checking.UnfinishedError)
            yield Problem(name, explain(error), missing=unfinished)
        foreign = importing.left_over(getattr(campaign, name))
        if foreign:
            message = _("“%s” is a merge tag of MailChimp: readers would see it as it is.")
            yield Problem(name, message % foreign)
    for message in segmenting.problems(campaign):
        yield Problem("body", message)


def is_blank(campaign: Campaign) -> bool:
    """Whether the mail says nothing yet."""
    if campaign.format == Campaign.Format.BLOCKS:
        return document.is_empty(campaign.body)
    return not campaign.body.strip()


def explain(error: merge_tags.MergeTagError) -> str:
    """Say what is wrong with a merge tag, and in which line."""
    if error.tag.startswith("contact.segment-"):
        return segmenting.gone()
    if not error.line:
        return error.reason
    return _("Line %(line)d: %(reason)s") % {"line": error.line, "reason": error.reason}


def _too_large(size: int) -> str:
    message = _("This mail has %(kb)d kB. The most that can be sent is 1,000 kB.")
    return message % {"kb": size // 1000}


def _clipped(size: int) -> str:
    message = _("This mail has %(kb)d kB. Gmail hides what comes after 102 kB, the footer too.")
    return message % {"kb": size // 1000}


def _without_tags(source: str) -> str:
    """Leave out what is filled in per person: its length is not known here."""
    marks = Marks(source)
    pieces = marks.split(merge_tags.mask(source, marks))
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _is_address(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True
