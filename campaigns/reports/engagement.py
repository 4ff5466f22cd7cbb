"""What people did with campaigns, as tracking counted it while it happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from campaigns.reports import small_cells, verdicts
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.querysets import engagement as questions
from campaigns.reports.querysets.engagement import FacetRow, HitRow, HourRow, LinkRow, PeopleRow
from tracking.models import Mode

NOBODY = PeopleRow(0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Engaged:
    """A campaign's hits by mode and verdict, and the people behind those of the first mode."""

    hits: tuple[HitRow, ...] = ()
    people: PeopleRow = NOBODY

    @property
    def has_any(self) -> bool:
        """Whether anything at all has come in."""
        return bool(self.hits)

    @property
    def opens(self) -> int:
        """Opens by people who may be measured."""
        return self._opens(Mode.INDIVIDUAL, "sure")

    @property
    def perhaps_opens(self) -> int:
        return self._opens(Mode.INDIVIDUAL, "uncertain")

    @property
    def raw_opens(self) -> int:
        """Every load of a pixel that knows its person, whoever or whatever made it."""
        return self._opens(Mode.INDIVIDUAL, *verdicts.KINDS)

    @property
    def clicks(self) -> int:
        """Clicks by people who may be measured."""
        return self._clicks(Mode.INDIVIDUAL, "sure")

    @property
    def raw_clicks(self) -> int:
        return self._clicks(Mode.INDIVIDUAL, *verdicts.KINDS)

    @property
    def loads(self) -> int:
        """Loads of the pixel that is the same for everybody: images, never people."""
        return self._opens(Mode.AGGREGATE, "sure", "uncertain")

    @property
    def raw_loads(self) -> int:
        return self._opens(Mode.AGGREGATE, *verdicts.KINDS)

    @property
    def total_clicks(self) -> int:
        """Clicks on links that are the same for everybody."""
        return self._clicks(Mode.AGGREGATE, "sure", "uncertain")

    @property
    def unsure_totals(self) -> int:
        """Loads and clicks of those only counted that are perhaps theirs."""
        rows = list(self._rows(Mode.AGGREGATE, ("uncertain",)))
        return sum(row.opens + row.clicks for row in rows)

    @property
    def raw_total_clicks(self) -> int:
        return self._clicks(Mode.AGGREGATE, *verdicts.KINDS)

    def opened(self, measured: int) -> Bounds:
        """Return how many of `measured` people opened: for sure, and perhaps."""
        possible = self.people.openers_possible
        sure = self.people.openers_sure
        # A mail that is not confirmed as delivered may be read all the same.
        return Bounds(sure, possible - sure, max(measured, possible))

    def clicked(self, measured: int) -> Rate:
        """Return how many of `measured` people clicked."""
        return Rate(self.people.clickers_sure, max(measured, self.people.clickers_sure))

    def raw_opened(self, measured: int) -> Rate:
        """Return for how many people the pixel was loaded, by whomever."""
        return Rate(self.people.openers_raw, max(measured, self.people.openers_raw))

    def raw_clicked(self, measured: int) -> Rate:
        """Return for how many people a link was followed, by whomever."""
        return Rate(self.people.clickers_raw, max(measured, self.people.clickers_raw))

    def _opens(self, mode: str, *kinds: str) -> int:
        return sum(row.opens for row in self._rows(mode, kinds))

    def _clicks(self, mode: str, *kinds: str) -> int:
        return sum(row.clicks for row in self._rows(mode, kinds))

    def _rows(self, mode: str, kinds: Collection[str]) -> Iterable[HitRow]:
        return (
            row
            for row in self.hits
            if row.mode == mode and verdicts.of(row.verdict).counts_as in kinds
        )


@dataclass
class LinkClicks:
    """A link, and who followed it."""

    number: int
    url: str
    # People who may be measured, each once, and their clicks.
    people: int = 0
    clicks: int = 0
    perhaps_clicks: int = 0
    # Clicks of the others, where nobody is told apart; None where they are too few to be told.
    total_clicks: int | None = 0
    # Those of machines, but for such as would tell what may not be told.
    machine_clicks: int = 0
    hides_machines: bool = False

    @property
    def raw_clicks(self) -> int | None:
        """Every click; None where it would tell what may not be told."""
        if self.total_clicks is None or self.hides_machines:
            return None
        return self.clicks + self.perhaps_clicks + self.total_clicks + self.machine_clicks


@dataclass
class Slice:
    """What one country, device, system or program stands for."""

    value: str
    people: int = 0
    opens: int = 0
    clicks: int = 0


@dataclass(frozen=True)
class Facets:
    """Slices of people by facet, and of hits of those who are only counted."""

    individual: dict[str, list[Slice]] = field(default_factory=dict)
    aggregate: dict[str, list[Slice]] = field(default_factory=dict)
    # Hits of those who are only counted that are perhaps theirs: of no slice.
    unsure: int = 0


def of(campaign_id: int) -> Engaged:
    """Return what was done with one campaign."""
    return of_many([campaign_id])[campaign_id]


def of_many(campaign_ids: Collection[int]) -> dict[int, Engaged]:
    """Return what was done with campaigns, by id, in two queries."""
    hits: dict[int, list[HitRow]] = {pk: [] for pk in campaign_ids}
    for row in questions.hit_rows(campaign_ids):
        hits[row.campaign_id].append(row)
    people = {row.campaign_id: row for row in questions.people_rows(campaign_ids)}
    return {pk: Engaged(tuple(rows), people.get(pk, NOBODY)) for pk, rows in hits.items()}


def hours(campaign_id: int) -> list[HourRow]:
    """Return a campaign's hits by hour (UTC), mode and verdict, in order."""
    return questions.hour_rows(campaign_id)


def links(campaign_id: int, *, minimum: int | None) -> list[LinkClicks]:
    """Return a campaign's links, the most clicked first.

    Clicks of people who are only counted are told where they are at least `minimum`, and
    cannot be worked out where they are not; without a minimum, never.
    """
    found = {number: LinkClicks(number, url) for number, url in questions.links(campaign_id)}
    totals, by_machines = dict.fromkeys(found, 0), dict.fromkeys(found, 0)
    machines: Counter[int] = Counter()
    for row in questions.link_rows(campaign_id):
        if row.number not in found:
            continue
        is_machine = verdicts.of(row.verdict).counts_as == "machine"
        if row.mode == Mode.AGGREGATE:
            (by_machines if is_machine else totals)[row.number] += row.clicks
        elif is_machine:
            machines[row.number] += row.clicks
        else:
            _add(found[row.number], row)
    people = small_cells.merge(totals, minimum or 1)
    others = small_cells.merge(by_machines, minimum or 1)
    for link in found.values():
        link.total_clicks = None if minimum is None else people.of(link.number)
        further = None if minimum is None else others.of(link.number)
        link.machine_clicks = machines[link.number] + (further or 0)
        link.hides_machines = further is None
    return sorted(
        found.values(), key=lambda link: (-link.people, -(link.total_clicks or 0), link.number)
    )


def facets(campaign_id: int, *, unsure: int = 0) -> Facets:
    """Return a campaign's slices, the largest first, beside `unsure` hits of no slice."""
    individual: dict[str, list[Slice]] = defaultdict(list)
    aggregate: dict[str, list[Slice]] = defaultdict(list)
    for row in questions.facet_rows(campaign_id):
        modes = individual if row.mode == Mode.INDIVIDUAL else aggregate
        modes[row.facet].append(_slice(row))
    for slices in individual.values():
        slices.sort(key=lambda one: (-one.people, one.value))
    for slices in aggregate.values():
        slices.sort(key=lambda one: (-one.opens - one.clicks, one.value))
    return Facets(dict(individual), dict(aggregate), unsure)


def _add(link: LinkClicks, row: LinkRow) -> None:
    if verdicts.of(row.verdict).counts_as == "uncertain":
        link.perhaps_clicks += row.clicks
    else:
        link.clicks += row.clicks
        link.people += row.people


def _slice(row: FacetRow) -> Slice:
    return Slice(row.value, row.people, row.opens, row.clicks)
