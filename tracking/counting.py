"""Keep events, and all that is counted about them, as they arrive.

Called within the drainer's transaction and under its lock: what is read here stays so
until it is written back. People are counted when a state first comes true for them, so a
report never has to look at events.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from operator import attrgetter

from tracking import hindsight, partitions, upserts
from tracking.classify import SURE, Verdict
from tracking.deeds import FACETS, STATES, Deeds, is_counted
from tracking.models import CampaignCount, FacetCount, HourCount, LinkCount, Mode, PeopleCount
from tracking.sorting import Sorted
from tracking.tokens import Kind

# By table: [opens, clicks, …] by key.
_Key = tuple[object, ...]
_Counts = dict[_Key, list[int]]
_Alike = tuple[int, str, str, str, int, int]
# A person's states and slices; and how one changed them with a campaign, from what to what.
_Found = tuple[tuple[bool, ...], tuple[str, ...] | None]
_Way = tuple[int, _Found, _Found]


def keep(events: Sequence[Sorted], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Write events and add them to every count.

    `meanwhile` is called when there is nothing to do for us but to wait for the database.
    """
    if not events:
        return meanwhile()
    # Months of days: a day is found much sooner, and there are few of them.
    days = {event.at.toordinal() for event in events}
    partitions.ensure({date.fromordinal(day).replace(day=1) for day in days})
    upserts.copy_events(events)
    # Test mails are kept, and counted nowhere.
    counted = [event for event in events if event.verdict != Verdict.SELF]
    people = [event for event in counted if event.delivery_id is not None]
    with upserts.without_waiting():
        deeds_of = _ask_deeds(people)
        # Counted while the database looks up whom it knows.
        alike = _alike(counted)
        facets = Counter(map(_facets, (event for event in counted if event.verdict in SURE)))
        moved, scanned = _keep_deeds(people, deeds_of())
        _count_hits(alike)
        _count_facets(facets, moved)
        _count_links(counted, people, meanwhile)
    hindsight.look_back(people, scanned)


def _ask_deeds(people: Sequence[Sorted]) -> Callable[[], dict[tuple[int, int], Deeds]]:
    return upserts.ask_deeds_of({_key(event) for event in people}) if people else dict


def _keep_deeds(
    people: Sequence[Sorted], deeds: dict[tuple[int, int], Deeds]
) -> tuple[Counter[_Key], set[tuple[int, int]]]:
    """Add to what each person did.

    Return how many people each slice won or lost, and through whose mails machines clicked.
    """
    if not people:
        return Counter(), set()
    before = {key: (kept.states(), kept.slices()) for key, kept in deeds.items()}
    for event in people:
        key = _key(event)
        if (kept := deeds.get(key)) is None:
            kept = deeds[key] = Deeds(event.workspace_id, *key, event.contact_id or 0)
            kept.clicks_only = event.clicks_only
        kept.add(event)
    upserts.write_deeds(deeds)
    # Many people go the same few ways.
    ways = Counter(
        (key[0], before.get(key, _NOTHING), (kept.states(), kept.slices()))
        for key, kept in deeds.items()
    )
    _count_people(ways)
    return _moved(ways), {key for key, kept in deeds.items() if kept.clicks_machine}


_NOTHING: _Found = ((False,) * len(STATES), None)


def _key(event: Sorted) -> tuple[int, int]:
    return event.campaign_id, event.delivery_id or 0


def _count_people(ways: Mapping[_Way, int]) -> None:
    states: _Counts = defaultdict(lambda: [0] * len(STATES))
    for (campaign_id, (before, _was), (after, _is)), people in ways.items():
        for column, (new, old) in enumerate(zip(after, before, strict=True)):
            states[campaign_id,][column] += people * (new - old)
    upserts.add(PeopleCount, ("campaign_id",), STATES, states)


def _moved(ways: Mapping[_Way, int]) -> Counter[_Key]:
    """Return how many people each slice won or lost."""
    moved: Counter[_Key] = Counter()
    for (campaign_id, (_was, before), (_is, after)), people in ways.items():
        # Who comes again seldom changes it.
        if after != before:
            for weight, slices in ((-people, before), (people, after)):
                for facet, value in zip(FACETS, slices or (), strict=False):
                    if is_counted(facet, value):
                        moved[campaign_id, facet, value] += weight
    return moved


def _alike(events: Iterable[Sorted]) -> Mapping[_Alike, int]:
    """Return how many hits there are of each campaign, mode, verdict, kind, day and hour."""
    return Counter(
        (
            *(event.campaign_id, event.mode, event.verdict, event.kind),
            # Its day and its hour are at hand, where a time would have to be made.
            *(event.at.toordinal(), event.at.hour),
        )
        for event in events
    )


def _count_hits(alike: Mapping[_Alike, int]) -> None:
    totals: _Counts = defaultdict(lambda: [0, 0])
    hours: _Counts = defaultdict(lambda: [0, 0])
    for (campaign_id, mode, verdict, kind, day, of_day), number in alike.items():
        hour = datetime.combine(date.fromordinal(day), time(of_day, tzinfo=UTC))
        column = kind == Kind.CLICK
        totals[campaign_id, mode, verdict][column] += number
        hours[campaign_id, hour, mode, verdict][column] += number
    upserts.add(CampaignCount, ("campaign_id", "mode", "verdict"), ("opens", "clicks"), totals)
    upserts.add(HourCount, ("campaign_id", "hour", "mode", "verdict"), ("opens", "clicks"), hours)


def _count_facets(alike: Mapping[tuple[str, ...], int], moved: Mapping[_Key, int]) -> None:
    """Count people's own hits by what they came from, and who came to which slice."""
    counts: _Counts = defaultdict(lambda: [0, 0, 0])
    for (campaign_id, mode, kind, *values), number in alike.items():
        column = kind == Kind.CLICK
        for facet, value in zip(FACETS, values, strict=True):
            if is_counted(facet, value):
                counts[campaign_id, facet, value, mode][column] += number
    for slice_of, people in moved.items():
        counts[*slice_of, Mode.INDIVIDUAL.value][2] += people
    keys = ("campaign_id", "facet", "value", "mode")
    upserts.add(FacetCount, keys, ("opens", "clicks", "people"), counts)


_facets = attrgetter("campaign_id", "mode", "kind", *FACETS)


def _count_links(
    events: Iterable[Sorted], people: Iterable[Sorted], meanwhile: Callable[[], None]
) -> None:
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
    # What people did is being written, which takes longest; the socket has no room for more.
    meanwhile()
    for campaign_id, number, delivery_id in upserts.new_clickers(first):
        verdict = first[campaign_id, number, delivery_id]
        counts[campaign_id, number, Mode.INDIVIDUAL.value, verdict][1] += 1
    keys = ("campaign_id", "number", "mode", "verdict")
    upserts.add(LinkCount, keys, ("clicks", "people"), counts)
