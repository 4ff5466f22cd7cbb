"""Keep events, and all that is counted about them, as they arrive.

Called within the drainer's transaction and under its lock: what is read here stays so
until it is written back. People are counted when a state first comes true for them, so a
report never has to look at events.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tracking import hindsight, partitions, upserts
from tracking.classify import SURE, Verdict
from tracking.deeds import FACETS, STATES, Deeds, is_counted
from tracking.models import CampaignCount, FacetCount, HourCount, LinkCount, Mode, PeopleCount
from tracking.sorting import Sorted
from tracking.tokens import Kind

# By table: [opens, clicks, …] by key.
_Key = tuple[object, ...]
_Counts = dict[_Key, list[int]]


def keep(events: Sequence[Sorted]) -> None:
    """Write events and add them to every count."""
    if not events:
        return
    partitions.ensure({partitions.month_of(event.at) for event in events})
    upserts.copy_events(events)
    # Test mails are kept, and counted nowhere.
    counted = [event for event in events if event.verdict != Verdict.SELF]
    people = [event for event in counted if event.delivery_id is not None]
    moved, scanned = _keep_deeds(people)
    _count_hits(counted)
    _count_facets(counted, moved)
    _count_links(counted, people)
    hindsight.look_back(people, scanned)


def _keep_deeds(people: Sequence[Sorted]) -> tuple[Counter[_Key], set[tuple[int, int]]]:
    """Add to what each person did.

    Return how many people each slice won or lost, and through whose mails machines clicked.
    """
    moved: Counter[_Key] = Counter()
    if not people:
        return moved, set()
    deeds = upserts.deeds_of({_key(event) for event in people})
    before = {key: (kept.states(), kept.slices()) for key, kept in deeds.items()}
    for event in people:
        key = _key(event)
        if key not in deeds:
            deeds[key] = Deeds(event.workspace_id, *key, event.contact_id or 0)
            deeds[key].clicks_only = event.clicks_only
        deeds[key].add(event)
    upserts.write_deeds(deeds)
    states: _Counts = defaultdict(lambda: [0] * len(STATES))
    for key, kept in deeds.items():
        old_states, old_slices = before.get(key, _NOTHING)
        new_states, new_slices = kept.states(), kept.slices()
        # Who comes again seldom changes either.
        if new_states != old_states:
            for column, (new, old) in enumerate(zip(new_states, old_states, strict=True)):
                states[key[:1]][column] += new - old
        if new_slices != old_slices:
            for weight, slices in ((-1, old_slices), (1, new_slices)):
                for facet, value in zip(FACETS, slices or (), strict=False):
                    if is_counted(facet, value):
                        moved[key[0], facet, value] += weight
    upserts.add(PeopleCount, ("campaign_id",), STATES, states)
    return moved, {key for key, kept in deeds.items() if kept.clicks_machine}


_NOTHING: tuple[tuple[bool, ...], tuple[str, ...] | None] = ((False,) * len(STATES), None)


def _key(event: Sorted) -> tuple[int, int]:
    return event.campaign_id, event.delivery_id or 0


def _count_hits(events: Iterable[Sorted]) -> None:
    totals: _Counts = defaultdict(lambda: [0, 0])
    hours: _Counts = defaultdict(lambda: [0, 0])
    for event in events:
        column = event.kind == Kind.CLICK
        hour = event.at.replace(minute=0, second=0, microsecond=0)
        totals[event.campaign_id, event.mode, event.verdict][column] += 1
        hours[event.campaign_id, hour, event.mode, event.verdict][column] += 1
    upserts.add(CampaignCount, ("campaign_id", "mode", "verdict"), ("opens", "clicks"), totals)
    upserts.add(HourCount, ("campaign_id", "hour", "mode", "verdict"), ("opens", "clicks"), hours)


def _count_facets(events: Iterable[Sorted], moved: Mapping[_Key, int]) -> None:
    """Count people's own hits by what they came from, and who came to which slice."""
    counts: _Counts = defaultdict(lambda: [0, 0, 0])
    for event in events:
        if event.verdict in SURE:
            column = event.kind == Kind.CLICK
            for facet in FACETS:
                if not is_counted(facet, value := getattr(event, facet)):
                    continue
                counts[event.campaign_id, facet, value, event.mode][column] += 1
    for slice_of, people in moved.items():
        counts[*slice_of, Mode.INDIVIDUAL.value][2] += people
    keys = ("campaign_id", "facet", "value", "mode")
    upserts.add(FacetCount, keys, ("opens", "clicks", "people"), counts)


def _count_links(events: Iterable[Sorted], people: Iterable[Sorted]) -> None:
    counts: _Counts = defaultdict(lambda: [0, 0])
    for event in events:
        # The link that nobody sees has the number 0, and is none of the campaign's.
        if event.kind == Kind.CLICK and event.number:
            counts[event.campaign_id, event.number, event.mode, event.verdict][0] += 1
    first: dict[tuple[int, int, int], str] = {}
    for event in people:
        if event.kind == Kind.CLICK and event.verdict in SURE:
            clicker = (event.campaign_id, event.number or 0, event.delivery_id or 0)
            first.setdefault(clicker, event.verdict)
    for campaign_id, number, delivery_id in upserts.new_clickers(first):
        verdict = first[campaign_id, number, delivery_id]
        counts[campaign_id, number, Mode.INDIVIDUAL.value, verdict][1] += 1
    keys = ("campaign_id", "number", "mode", "verdict")
    upserts.add(LinkCount, keys, ("clicks", "people"), counts)
