"""Change what events were taken for, with every count that hangs on it.

Called within a transaction and under the drainer's lock. Counts come out as if the events
had been judged so from the start. What a person did is added up again from their events;
where some of those are past their time, what is left is changed by the difference, and
first times and places that only the lost ones could tell stay as they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tracking import kept, upserts
from tracking.classify import SURE, Judgement
from tracking.deeds import FACETS, STATES, Deeds, is_counted
from tracking.kept import Kept
from tracking.models import CampaignCount, FacetCount, HourCount, LinkCount, Mode, PeopleCount
from tracking.tokens import Kind

_Key = tuple[object, ...]
_Counts = dict[_Key, list[int]]
_Mail = tuple[int, int]

_OF_LINK = ("campaign_id", "number", "mode", "verdict")
_OF_SLICE = ("campaign_id", "facet", "value", "mode")
_TALLIES = (
    *("opens_sure", "opens_uncertain", "opens_machine"),
    *("clicks_sure", "clicks_uncertain", "clicks_machine"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """An event, and how it is to be judged from now on."""

    row: Kept
    judgement: Judgement
    beside: str

    @property
    def moves(self) -> bool:
        """Whether any count hangs on it."""
        return self.judgement.verdict != self.row.verdict


@dataclass(frozen=True, slots=True)
class _Story:
    """One mail's events before and after, in the order they came, and what is kept of them."""

    kept: Deeds
    before: Sequence[Kept]
    after: Sequence[Kept]


def change(changes: Sequence[Change]) -> None:
    """Write new verdicts, and correct the counts."""
    if not changes:
        return
    upserts.judge_events(
        (one.row.id, one.row.at, one.judgement.verdict.value, one.judgement.reason, one.beside)
        for one in changes
    )
    moving = [one for one in changes if one.moves]
    _recount_hits(moving)
    _recount_people(moving)


def _recount_hits(changes: Iterable[Change]) -> None:
    totals: _Counts = defaultdict(lambda: [0, 0])
    hours: _Counts = defaultdict(lambda: [0, 0])
    links: _Counts = defaultdict(lambda: [0, 0])
    facets: _Counts = defaultdict(lambda: [0, 0, 0])
    for one in changes:
        row, new = one.row, one.judgement.verdict.value
        column = row.kind == Kind.CLICK
        hour = row.at.replace(minute=0, second=0, microsecond=0)
        for verdict, weight in ((row.verdict, -1), (new, 1)):
            totals[row.campaign_id, row.mode, verdict][column] += weight
            hours[row.campaign_id, hour, row.mode, verdict][column] += weight
            if column and row.number:
                links[row.campaign_id, row.number, row.mode, verdict][0] += weight
            if verdict in SURE:
                for facet in FACETS:
                    value = getattr(row, facet)
                    if is_counted(facet, value):
                        facets[row.campaign_id, facet, value, row.mode][column] += weight
    kinds = ("opens", "clicks")
    upserts.shift(CampaignCount, ("campaign_id", "mode", "verdict"), kinds, totals)
    upserts.shift(HourCount, ("campaign_id", "hour", "mode", "verdict"), kinds, hours)
    upserts.shift(LinkCount, _OF_LINK, ("clicks", "people"), links)
    upserts.shift(FacetCount, _OF_SLICE, (*kinds, "people"), facets)


def _recount_people(changes: Iterable[Change]) -> None:
    stories = _stories([one for one in changes if one.row.contact_id and one.row.delivery_id])
    if not stories:
        return
    new = {mail: _deeds(story) for mail, story in stories.items()}
    upserts.write_deeds(new)
    states: _Counts = defaultdict(lambda: [0] * len(STATES))
    slices: _Counts = defaultdict(lambda: [0, 0, 0])
    for mail, story in stories.items():
        for deeds, weight in ((story.kept, -1), (new[mail], 1)):
            for column, holds in enumerate(deeds.states()):
                states[mail[:1]][column] += weight * holds
            for facet, value in zip(FACETS, deeds.slices() or (), strict=False):
                if is_counted(facet, value):
                    slices[mail[0], facet, value, Mode.INDIVIDUAL.value][2] += weight
    upserts.shift(PeopleCount, ("campaign_id",), STATES, states)
    upserts.shift(FacetCount, _OF_SLICE, ("opens", "clicks", "people"), slices)
    _recount_clickers(stories)


def _stories(changes: Sequence[Change]) -> Mapping[_Mail, _Story]:
    mails = {(one.row.campaign_id, one.row.delivery_id or 0) for one in changes}
    if not mails:
        return {}
    deeds = upserts.deeds_of(mails)
    old = {one.row.id: one.row.verdict for one in changes}
    rows: dict[_Mail, list[Kept]] = defaultdict(list)
    for row in kept.of_contacts({one.row.contact_id or 0 for one in changes}):
        if (mail := (row.campaign_id, row.delivery_id or 0)) in deeds:
            rows[mail].append(row)
    return {
        mail: _Story(
            kept=deeds[mail],
            before=[row._replace(verdict=old.get(row.id, row.verdict)) for row in rows[mail]],
            after=rows[mail],
        )
        for mail in sorted(deeds)
    }


def _deeds(story: _Story) -> Deeds:
    """Return what is to be kept now of what a person did."""
    had = story.kept
    before, after = _added_up(had, story.before), _added_up(had, story.after)
    tallies = {
        name: max(0, getattr(had, name) - getattr(before, name)) + getattr(after, name)
        for name in _TALLIES
    }
    lost_opens = had.opens_sure > before.opens_sure
    lost_clicks = had.clicks_sure > before.clicks_sure
    first_open = had.first_open_at if lost_opens else after.first_open_at
    first_click = had.first_click_at if lost_clicks else after.first_click_at
    told_by = had if lost_opens or lost_clicks else after
    return replace(
        had,
        **tallies,
        first_open_at=first_open,
        first_click_at=first_click,
        last_at=max(filter(None, (after.last_at, first_open, first_click)), default=None),
        **{facet: getattr(told_by, facet) for facet in FACETS},
    )


def _added_up(had: Deeds, rows: Iterable[Kept]) -> Deeds:
    deeds = Deeds(had.workspace_id, had.campaign_id, had.delivery_id, had.contact_id)
    for row in rows:
        deeds.add(row)
    return deeds


def _recount_clickers(stories: Mapping[_Mail, _Story]) -> None:
    """Correct who clicked which link, and how many people that makes."""
    gone: dict[tuple[int, int, int], str] = {}
    come: dict[tuple[int, int, int], str] = {}
    people: Counter[_Key] = Counter()
    for (campaign_id, delivery_id), story in stories.items():
        before, after = _first_clicks(story.before), _first_clicks(story.after)
        # A click that is past its time may have been on any link.
        is_whole = story.kept.clicks_sure <= sum(
            row.kind == Kind.CLICK and row.verdict in SURE for row in story.before
        )
        for number in before.keys() - after.keys() if is_whole else ():
            gone[campaign_id, number, delivery_id] = before[number]
        for number in after.keys() - before.keys():
            come[campaign_id, number, delivery_id] = after[number]
        for number in before.keys() & after.keys():
            people[campaign_id, number, Mode.INDIVIDUAL.value, before[number]] -= 1
            people[campaign_id, number, Mode.INDIVIDUAL.value, after[number]] += 1
    for clicker in upserts.drop_clickers(gone):
        people[clicker[0], clicker[1], Mode.INDIVIDUAL.value, gone[clicker]] -= 1
    for clicker in upserts.new_clickers(come):
        people[clicker[0], clicker[1], Mode.INDIVIDUAL.value, come[clicker]] += 1
    rows = {key: [0, count] for key, count in people.items()}
    upserts.shift(LinkCount, _OF_LINK, ("clicks", "people"), rows)


def _first_clicks(rows: Iterable[Kept]) -> dict[int, str]:
    """Return the verdict of the first sure click on each link."""
    first: dict[int, str] = {}
    for row in rows:
        if row.kind == Kind.CLICK and row.number and row.verdict in SURE:
            first.setdefault(row.number, row.verdict)
    return first
