"""What a comparison comes to, in plain English, and where a difference may be chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.reports import differences
from campaigns.reports.comparing import FEWEST_PEOPLE, Comparison, Row
from campaigns.reports.differences import Lead
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.templatetags.figures import between, percent

# What is said of a row whose best is ahead, and what of one where nobody is.
WORDS = {
    "clicked": (
        gettext_lazy("was clicked by the largest share"),
        gettext_lazy("As many clicked in all of them"),
    ),
    "opened": (
        gettext_lazy("was opened by the largest share"),
        gettext_lazy("As many opened all of them"),
    ),
    "left": (gettext_lazy("lost the smallest share of its readers"), ""),
    "complained": (gettext_lazy("was reported as spam least"), ""),
    "bounced": (gettext_lazy("came back least"), ""),
}
ALWAYS_SAID = ("clicked", "opened")


@dataclass(frozen=True)
class Conclusion:
    """A sentence or two about one row."""

    title: str
    text: str
    # Whether chance does not explain it.
    is_clear: bool


def of(comparison: Comparison) -> list[Conclusion]:
    """Return what can be said, the most important first."""
    return list(_all(comparison))


def _all(comparison: Comparison) -> Iterator[Conclusion]:
    for row in comparison.rows:
        if row.lead is not None and (row.lead.is_clear or row.measure.name in ALWAYS_SAID):
            yield _about(row, row.lead)
        elif row.lead is None and row.measure.name in ALWAYS_SAID:
            yield _nobody_ahead(row)


def _about(row: Row, lead: Lead) -> Conclusion:
    best = row.cells[lead.best]
    title = _("“%(name)s” %(did)s: %(share)s") % {
        "name": best.summary.campaign.name,
        "did": WORDS[row.measure.name][0],
        "share": _share(row, lead.best),
    }
    sure = [place for place in lead.behind if place not in lead.doubtful]
    parts = []
    if sure:
        parts.append(
            _("Ahead of %(others)s by more than chance explains.") % {"others": _named(row, sure)}
        )
    if lead.doubtful:
        parts.append(_doubt(row, lead.best, lead.doubtful))
    return Conclusion(title, " ".join(parts), is_clear=lead.is_clear)


def _doubt(row: Row, best: int, doubtful: Sequence[int]) -> str:
    others = _named(row, doubtful)
    nearest = row.cells[doubtful[0]]
    mine, theirs = row.cells[best].figure, nearest.figure
    reach = None
    if isinstance(mine, Rate) and isinstance(theirs, Rate):
        compared = sum(not cell.is_of_few for cell in row.cells)
        reach = differences.difference(mine, theirs, differences.quantile(compared))
    if reach is None:
        return _(
            "Against %(others)s it may be chance: mail programs that load images for everybody, "
            "and the number of people, leave room for either to be ahead."
        ) % {"others": others}
    return _(
        "Against %(others)s it may be chance: the true difference to “%(nearest)s” lies anywhere "
        "from %(low)s to %(high)s percentage points."
    ) % {
        "others": others,
        "nearest": nearest.summary.campaign.name,
        "low": _points(reach.low),
        "high": _points(reach.high),
    }


def _nobody_ahead(row: Row) -> Conclusion:
    known = [cell for cell in row.cells if not cell.is_of_few]
    if len(known) >= 2:
        return Conclusion(str(WORDS[row.measure.name][1]), "", is_clear=False)
    title = {
        "clicked": _("Clicks cannot be compared"),
        "opened": _("Opens cannot be compared"),
    }[row.measure.name]
    text = _(
        "At least two of the campaigns need %(people)s people or more who may be measured."
    ) % {"people": FEWEST_PEOPLE}
    return Conclusion(title, text, is_clear=False)


def _named(row: Row, places: Sequence[int]) -> str:
    names = [
        _("“%(name)s” (%(share)s)")
        % {"name": row.cells[place].summary.campaign.name, "share": _share(row, place)}
        for place in places
    ]
    if len(names) == 1:
        return names[0]
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _share(row: Row, place: int) -> str:
    figure = row.cells[place].figure
    return between(figure) if isinstance(figure, Bounds) else percent(figure.share)


def _points(share: float) -> str:
    return f"{share * 100:+.1f}".replace("-", "−")
