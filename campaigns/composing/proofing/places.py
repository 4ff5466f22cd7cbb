"""Where in what a member wrote a finding stands, so that a button can go there."""

from __future__ import annotations

import html

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import Block, BlocksError
from campaigns.composing.models import Campaign
from campaigns.composing.proofing.finding import TALK, Finding


def href(campaign: Campaign, finding: Finding) -> str:
    """Return the address of the place: a field, a line of the body, or one of its blocks."""
    if not finding.field:
        return ""
    if finding.field == TALK:
        return reverse("composing:talk", args=[campaign.pk])
    place = f"id_{finding.field}"
    number = _number(campaign, finding)
    if number:
        place = f"block-{number}" if _is_blocks(campaign) else f"line-{number}"
    return f"{reverse('composing:edit', args=[campaign.pk])}#{place}"


def words(campaign: Campaign, finding: Finding) -> str:
    """Return what a member calls the place, or nothing if it is the mail as a whole."""
    number = _number(campaign, finding)
    if not number:
        return ""
    return (_("block %d") if _is_blocks(campaign) else _("line %d")) % number


def _number(campaign: Campaign, finding: Finding) -> int:
    if finding.field != "body" or not finding.at:
        return 0
    if _is_blocks(campaign):
        return _block(campaign.body, finding.at)
    return _line(campaign.body, finding.at)


def _line(body: str, at: str) -> int:
    for text in (
        at,
        html.escape(at),
        html.escape(at, quote=False),
        at.split()[0] if at.split() else at,
    ):
        found = body.find(text)
        if found >= 0:
            return body.count("\n", 0, found) + 1
    return 0


def _block(body: str, at: str) -> int:
    try:
        blocks = document.walk(document.read(body)["blocks"])
    except BlocksError:
        return 0
    for number, block in enumerate(blocks, start=1):
        if any(at in text for text in _texts(block)):
            return number
    return 0


def _texts(block: Block) -> list[str]:
    """Return the texts of one block, as its mail has them."""
    links = [link["href"] for link in block.get("links", [])]
    said = [value for value in block.values() if isinstance(value, str)]
    return [*said, *(html.unescape(text) for text in said), *links]


def _is_blocks(campaign: Campaign) -> bool:
    return campaign.format == Campaign.Format.BLOCKS
