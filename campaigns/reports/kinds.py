"""Kinds of reports that can be saved: what leads to their page, what a mail says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.accounts.models import Workspace
from campaigns.reports import (
    comparing,
    comparison_sheet,
    conclusions,
    growth,
    growth_sheet,
    periods,
    review,
)
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.periods import Wanted
from campaigns.reports.sheets import Cell
from campaigns.reports.summaries import Summary
from campaigns.reports.templatetags.figures import at_most, between, count, percent, signed

# A mail is read on a phone: more lines are in the file that hangs on it.
MOST_LINES = 14


@dataclass(frozen=True)
class Table:
    """A small table for a mail: everything is text already."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Digest:
    """What a mail says of a report, and the file that hangs on it."""

    # Figures with what they are, the most important first.
    figures: Sequence[tuple[str, str, str]]
    sentences: Sequence[str]
    tables: Sequence[Table]
    header: Sequence[str]
    lines: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Kind:
    """A kind of report."""

    label: str | Promise
    page: str
    # The question in the one way it is kept, from whatever a browser sent.
    canonical: Callable[[Workspace, QueryDict], str]
    digest: Callable[[Workspace, QueryDict], Digest]

    def href(self, query: str) -> str:
        """Return the address of the page that shows it."""
        return f"{reverse(self.page)}?{query}"


def _review(workspace: Workspace, query: QueryDict) -> Digest:
    found = review.of(workspace, query)
    totals = found.totals
    figures = [
        (
            _("Mailings"),
            count(len(found.mailings)),
            _("%(n)s mails delivered") % {"n": count(totals.delivered)},
        ),
        (_("Clicked"), *_figure(totals.clicked)),
        (_("Opened"), *_figure(totals.opened)),
        (_("Unsubscribed"), count(totals.left.count), _delivered(totals.left)),
        (_("Reported as spam"), count(totals.complained.count), _delivered(totals.complained)),
    ]
    if found.growth.counting:
        joined = _("%(joined)s joined, %(left)s left") % {
            "joined": count(found.growth.joined),
            "left": count(found.growth.left),
        }
        figures.append((_("Growth"), signed(found.growth.net), joined))
    return Digest(
        figures=figures,
        sentences=[_("Clicks: %(how)s") % {"how": found.clicks_changed}] if found.mailings else [],
        tables=[_mailings(found.mailings)] if found.mailings else [],
        header=comparison_sheet.header(workspace),
        lines=[comparison_sheet.row(workspace, one) for one in found.mailings],
    )


def _compare(workspace: Workspace, query: QueryDict) -> Digest:
    campaigns = comparing.chosen(workspace, comparing.numbers(query.getlist("c")))
    found = comparing.compare(campaigns)
    said = conclusions.of(found) if len(campaigns) >= comparing.FEWEST else []
    return Digest(
        figures=[],
        sentences=[f"{one.title}. {one.text}".strip() for one in said]
        or [_("Fewer than two of these campaigns are there any more.")],
        tables=[_mailings(found.summaries)] if campaigns else [],
        header=comparison_sheet.header(workspace),
        lines=[comparison_sheet.row(workspace, one) for one in found.summaries],
    )


def _growth(workspace: Workspace, query: QueryDict) -> Digest:
    found = growth.of(workspace, Wanted.of(query))
    rows = found.rows
    figures = [
        (_("Now"), count(found.size), found.list.name if found.list else _("all lists")),
        (_("Change"), signed(found.net), _("there were %(n)s") % {"n": count(found.size_before)}),
        (_("Joined"), count(found.joined), _("in this time")),
        (
            _("Left"),
            count(found.left),
            _("%(share)s of %(of)s who were there")
            % {"share": percent(found.lost.share), "of": count(found.lost.of)},
        ),
    ]
    table = Table(
        _("The last of them"),
        [
            str(periods.SCALES[found.wanted.by]),
            _("At its end"),
            _("Change"),
            _("Joined"),
            _("Left"),
        ],
        [
            [row.label, count(row.size), signed(row.net), count(row.joined), count(row.left)]
            for row in rows[-MOST_LINES:][::-1]
        ],
    )
    return Digest(
        figures=figures,
        sentences=[] if found.counting else [_("The days are being counted for the first time.")],
        tables=[table],
        header=growth_sheet.header(found),
        lines=growth_sheet.lines(found),
    )


KINDS: dict[str, Kind] = {
    "review": Kind(
        gettext_lazy("The last days in review"),
        "reports:review",
        lambda workspace, query: review.of(workspace, query).query,
        _review,
    ),
    "growth": Kind(
        gettext_lazy("Growth of lists"),
        "reports:growth",
        lambda workspace, query: growth.of(workspace, Wanted.of(query)).query,
        _growth,
    ),
    "compare": Kind(
        gettext_lazy("Campaigns side by side"),
        "reports:compare",
        lambda workspace, query: comparing.query(
            comparing.chosen(workspace, comparing.numbers(query.getlist("c")))
        ),
        _compare,
    ),
}


def _mailings(found: Sequence[Summary]) -> Table:
    return Table(
        _("What was mailed"),
        [_("Campaign"), _("Delivered"), _("Opened"), _("Clicked"), _("Left")],
        [
            [
                one.campaign.name,
                count(one.ledger.delivered),
                _figure(one.opened)[0],
                _figure(one.clicked)[0],
                count(one.unsubscribed),
            ]
            for one in found[:MOST_LINES]
        ],
    )


def _figure(figure: Rate | Bounds) -> tuple[str, str]:
    """A share and what it is out of; of a few it would leave the house as news about people."""
    if figure.of < comparing.FEWEST_PEOPLE:
        return "–", _("too few may be measured")
    if isinstance(figure, Bounds):
        people, share = at_most(figure), between(figure)
    else:
        people, share = count(figure.count), percent(figure.share)
    return share, _("%(n)s of %(of)s who may be measured") % {"n": people, "of": count(figure.of)}


def _delivered(rate: Rate) -> str:
    return _("of %(of)s delivered") % {"of": count(rate.of)}
