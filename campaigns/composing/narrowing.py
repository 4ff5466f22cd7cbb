"""Send a campaign to a part of its lists: only people in some segments, and none in others.

Segments narrow, they never widen: nobody gets a mail of a list that they are not on. A segment
that was deleted, or asks for what is gone, lets nobody through rather than everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from campaigns.audience.models import Segment
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import applying
from campaigns.composing.models import Campaign, SegmentUse

# How a form calls a segment that was chosen and is deleted.
GONE = "gone-"
ONLY, WITHOUT = "only_segments", "without_segments"


def narrow(people: ContactQuerySet, campaign: Campaign) -> ContactQuerySet:
    """Return those of `people` whom the campaign's segments leave."""
    uses = _uses(campaign)
    if any(use.segment is None for use in uses):
        return people.none()
    only, without = _segments(uses, excludes=False), _segments(uses, excludes=True)
    if only:
        people = applying.among(people, only)
    return applying.outside(people, without)


def problems(campaign: Campaign) -> Iterator[str]:
    """Yield what is wrong with the campaign's segments."""
    for use in _uses(campaign):
        if use.segment is None:
            message = _("The segment “%(name)s” was deleted: take it out, or choose another.")
            yield message % {"name": use.name}
        elif applying.is_broken(use.segment):
            message = _("The segment “%(name)s” asks for something that is gone: change it.")
            yield message % {"name": use.segment.name}


def words(campaign: Campaign) -> tuple[list[str], list[str]]:
    """Return the names of the segments that people must be in, and of those they must not."""
    uses = _uses(campaign)
    return (
        [_name(use) for use in uses if not use.excludes],
        [_name(use) for use in uses if use.excludes],
    )


def choices(campaign: Campaign) -> list[tuple[str, str]]:
    """Return what a form offers: the workspace's segments, and chosen ones that are deleted."""
    segments = campaign.workspace.segments.order_by("name").values_list("pk", "name")
    deleted = [use for use in _uses(campaign) if use.segment is None]
    return [
        *((str(pk), name) for pk, name in segments),
        *((f"{GONE}{use.pk}", _("%(name)s (deleted)") % {"name": use.name}) for use in deleted),
    ]


def chosen(campaign: Campaign) -> dict[str, list[str]]:
    """Return what is chosen, as a form says it."""
    found: dict[str, list[str]] = {ONLY: [], WITHOUT: []}
    for use in _uses(campaign):
        value = str(use.segment_id) if use.segment_id else f"{GONE}{use.pk}"
        found[WITHOUT if use.excludes else ONLY].append(value)
    return found


def save(campaign: Campaign, values: Mapping[str, Any]) -> None:
    """Keep what a form chose. What is deleted stays until somebody takes it out."""
    if ONLY not in values or WITHOUT not in values:
        return
    wanted = dict.fromkeys(values[ONLY], False) | dict.fromkeys(values[WITHOUT], True)
    for use in _uses(campaign):
        text = str(use.segment_id) if use.segment_id else f"{GONE}{use.pk}"
        if wanted.get(text) == use.excludes:
            del wanted[text]
        else:
            use.delete()
    ids = {int(text): excludes for text, excludes in wanted.items() if text.isdecimal()}
    for segment in campaign.workspace.segments.filter(pk__in=ids):
        _add(campaign, segment, excludes=ids[segment.pk])


def copy(source: Campaign, target: Campaign) -> None:
    """Let `target` have the segments of `source`, the deleted ones too."""
    SegmentUse.objects.bulk_create(
        SegmentUse(campaign=target, segment=use.segment, name=use.name, excludes=use.excludes)
        for use in _uses(source)
    )


def _add(campaign: Campaign, segment: Segment, *, excludes: bool) -> None:
    SegmentUse.objects.create(
        campaign=campaign, segment=segment, name=segment.name, excludes=excludes
    )


def _uses(campaign: Campaign) -> list[SegmentUse]:
    if not campaign.pk:
        return []
    mine = SegmentUse.objects.filter(campaign=campaign.pk)
    return list(mine.select_related("segment__workspace").order_by("pk"))


def _segments(uses: Sequence[SegmentUse], *, excludes: bool) -> list[Segment]:
    return [use.segment for use in uses if use.segment and use.excludes == excludes]


def _name(use: SegmentUse) -> str:
    return use.segment.name if use.segment else _("%(name)s (deleted)") % {"name": use.name}
