"""CSV files of a campaign: recipients, who did not get it, links, events, the report's own tables.

The page and the command write the same file. Times are in the workspace's time zone,
which the column's name says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.reports import (
    engagement,
    figure_sheets,
    hits,
    ledger,
    over_time,
    recipients,
    sheets,
    vocabulary,
)
from campaigns.reports.querysets import hits as questions
from campaigns.reports.querysets import recipients_file, troubled
from campaigns.reports.sheets import Cell
from campaigns.sending import unreached
from campaigns.sending.models import Delivery
from campaigns.sending.querysets.deliveries import TROUBLED


class ExportError(Exception):
    """There is no such export; the message says which there are."""


@dataclass(frozen=True)
class Export:
    """A CSV file, ready to be written chunk by chunk."""

    filename: str
    chunks: Iterator[bytes]


def export(campaign: Campaign, what: str, query: QueryDict | None = None) -> Export:
    """Return a file of the campaign, with the filters of `query`. Raises `ExportError`."""
    if what not in SHEETS:
        raise ExportError(f"There is no export {what!r}: choose {', '.join(SHEETS)}.")
    name = slugify(campaign.name)[:60] or f"campaign-{campaign.pk}"
    return Export(f"{name}-{what}.csv", SHEETS[what](campaign, query or QueryDict()))


def _recipients(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    header = [
        _("E-mail"),
        _("First name"),
        _("Last name"),
        _("State"),
        _("What happened"),
        _("Measuring"),
        _timed(_("Handed over"), campaign),
        _("Tries"),
        _("Answer code"),
        _("Status code"),
        _("Answer"),
        _timed(_("First opened"), campaign),
        _("Opens"),
        _("Perhaps opens"),
        _("Loads by machines"),
        _timed(_("First clicked"), campaign),
        _("Clicks"),
        _("Perhaps clicks"),
        _("Clicks by machines"),
        _timed(_("Last seen"), campaign),
        *(_("Country"), _("Region"), _("City")),
        *(_("Device"), _("Operating system"), _("Program"), _("Language")),
        _timed(_("Unsubscribed"), campaign),
    ]
    return recipients_file.stream(
        recipients.question(campaign, query), vocabulary.of(campaign), header
    )


def _trouble(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    """Whom the campaign did not reach, or may not have: what its page of sending shows."""
    header = [
        _("E-mail"),
        _("First name"),
        _("Last name"),
        _("What happened"),
        _("Answer code"),
        _("Status code"),
        _("Reason"),
        _("Tries"),
        _timed(_("Since"), campaign),
    ]
    state = query.get("state", "")
    question = troubled.Question(
        campaign.pk,
        campaign.workspace_id,
        sort=unreached.sort(unreached.order(query.get("sort", ""))),
        state=state if state in TROUBLED else "",
    )
    return troubled.stream(question, vocabulary.of(campaign), header)


def _hits(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    header = [
        _timed(_("When"), campaign),
        _("Offset"),
        _("What"),
        _("Link"),
        _("Counted as"),
        _("Why"),
        _("E-mail"),
        _("Measuring"),
        *(_("Country"), _("Region"), _("City")),
        *(_("Device"), _("Operating system"), _("Program"), _("Language")),
    ]
    return questions.stream(hits.question(campaign, query), vocabulary.of(campaign), header)


def _events(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    """All hits: those of people who may be measured, then the totals of the others."""
    return chain(_hits(campaign, QueryDict()), sheets.lines(_totals(campaign)))


def _totals(campaign: Campaign) -> Iterator[Sequence[Cell]]:
    """A row for each hit of people who are only counted, and nothing but an hour in it.

    The hour is one of so many hits that it is about nobody: see `small_cells.carry`.
    """
    least = int(settings.AGGREGATE_MINIMUM)
    if ledger.of(campaign.pk).counted < least:
        return
    zone = ZoneInfo(campaign.workspace.time_zone)
    rows = [row for row in engagement.hours(campaign.pk) if row.mode == Delivery.Mode.AGGREGATE]
    lines = over_time.of_totals(rows, raw=True, minimum=least)
    mode = str(Delivery.Mode.AGGREGATE.label)
    for line, kind in zip(lines, vocabulary.KINDS.values(), strict=True):
        for hour, size in line.hours.items():
            at = hour.astimezone(zone)
            row = (at, sheets.offset(at), str(kind), *[None] * 4, mode, *[None] * 7)
            yield from repeat(row, size)


def _links(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    header = [
        _("Number"),
        _("Link"),
        _("People who clicked"),
        _("Clicks by people"),
        _("Clicks in the totals of others"),
        _("Clicks by machines"),
        _("All clicks"),
    ]
    least = settings.AGGREGATE_MINIMUM
    shown = ledger.of(campaign.pk).counted >= least
    rows = engagement.links(campaign.pk, minimum=least if shown else None)
    cells = (
        (
            link.number,
            link.url,
            link.people,
            link.clicks,
            link.total_clicks,
            link.machine_clicks,
            link.raw_clicks,
        )
        for link in rows
    )
    return sheets.stream(header, cells)


def _timed(name: str, campaign: Campaign) -> str:
    return f"{name} ({campaign.workspace.time_zone})"


SHEETS: dict[str, Callable[[Campaign, QueryDict], Iterator[bytes]]] = {
    "recipients": _recipients,
    "trouble": _trouble,
    "hits": _hits,
    "events": _events,
    "links": _links,
    "over-time": figure_sheets.over_time,
    "best-hour": figure_sheets.best_hour,
    "answers": figure_sheets.answers,
    "breakdowns": figure_sheets.breakdowns,
    "mailboxes": figure_sheets.mailboxes,
    "made-by": figure_sheets.made_by,
}
