"""CSV files of a campaign: its recipients, its links, its events.

The page and the command write the same file. Times are in the workspace's time zone,
which the column's name says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports import breakdowns, engagement, ledger, places, recipients, sheets, verdicts
from campaigns.reports.querysets import events as hits
from campaigns.reports.querysets import recipients as people
from campaigns.reports.recipients import Outcome, Recipient
from campaigns.reports.sheets import Cell
from campaigns.sending.models import Delivery

Sheet = tuple[Sequence[str], Iterator[Sequence[Cell]]]


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
    header, rows = SHEETS[what](campaign, query or QueryDict())
    name = slugify(campaign.name)[:60] or f"campaign-{campaign.pk}"
    return Export(f"{name}-{what}.csv", sheets.stream(header, rows))


def _recipients(campaign: Campaign, query: QueryDict) -> Sheet:
    zone = ZoneInfo(campaign.workspace.time_zone)
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
        _("Country"),
        _("Device"),
        _("Program"),
        _timed(_("Unsubscribed"), campaign),
    ]
    rows = people.stream(recipients.question(campaign, query))
    words = Words()
    return header, (_recipient(Recipient(row), words, zone) for row in rows)


class Words:
    """Words of a file that come again in each row, translated once."""

    def __init__(self) -> None:
        self.states = {state.value: str(state.label) for state in Delivery.State}
        self.modes = {mode.value: str(mode.label) for mode in Delivery.Mode}
        self.outcomes = {outcome: str(outcome.label) for outcome in Outcome}
        self.place = cache(places.name)
        self.device = cache(breakdowns.device)


def _recipient(recipient: Recipient, words: Words, zone: ZoneInfo) -> Sequence[Cell]:
    row = recipient.row
    return (
        recipient.address,
        row.first_name,
        row.last_name,
        words.states[row.state],
        words.outcomes[recipient.outcome],
        words.modes[row.mode],
        _local(row.done_at, zone),
        row.attempt,
        row.code,
        row.enhanced_code,
        row.reason,
        _local(row.first_open_at, zone),
        *_counts(
            row.opens, row.opens_uncertain, row.opens_machine, measured=recipient.opens_are_measured
        ),
        _local(row.first_click_at, zone),
        *_counts(
            row.clicks,
            row.clicks_uncertain,
            row.clicks_machine,
            measured=recipient.clicks_are_measured,
        ),
        _local(row.last_at, zone),
        words.place(row.country) if row.country else "",
        words.device(row.device) if row.device else "",
        row.client,
        _local(row.unsubscribed_at, zone),
    )


def _counts(*counts: int | None, measured: bool) -> Sequence[Cell]:
    """Nothing where nothing was measured: a zero would be a claim."""
    return [(count or 0) if measured else None for count in counts]


def _events(campaign: Campaign, query: QueryDict) -> Sheet:
    zone = ZoneInfo(campaign.workspace.time_zone)
    header = [
        _timed(_("When"), campaign),
        _("What"),
        _("Link"),
        _("Counted as"),
        _("Why"),
        _("E-mail"),
        _("Measuring"),
        _("Country"),
        _("Device"),
        _("Operating system"),
        _("Program"),
    ]
    # A few people's totals would speak about each of them.
    shows_totals = ledger.of(campaign.pk).counted >= settings.AGGREGATE_MINIMUM
    rows = hits.stream(campaign.pk, campaign.workspace_id, with_totals=shows_totals)
    words = Words()
    kinds = {"open": _("Open"), "click": _("Click")}
    titles = {verdict.name: str(verdict.title) for verdict in verdicts.VERDICTS}
    return header, (
        (
            _local(row.at, zone),
            kinds[row.kind],
            row.url,
            titles.get(row.verdict, row.verdict),
            row.reason,
            row.address and addresses.readable(row.address),
            words.modes[row.mode],
            words.place(row.country) if row.country else "",
            words.device(row.device) if row.device else "",
            row.os,
            row.client,
        )
        for row in rows
    )


def _links(campaign: Campaign, query: QueryDict) -> Sheet:
    header = [
        _("Number"),
        _("Link"),
        _("People who clicked"),
        _("Clicks by people"),
        _("Clicks in the totals of others"),
        _("Clicks by machines"),
        _("All clicks"),
    ]
    rows = engagement.links(campaign.pk)
    hidden = ledger.of(campaign.pk).counted < settings.AGGREGATE_MINIMUM
    return header, (
        (
            link.number,
            link.url,
            link.people,
            link.clicks,
            None if hidden else link.total_clicks,
            link.machine_clicks,
            link.raw_clicks,
        )
        for link in rows
    )


def _timed(name: str, campaign: Campaign) -> str:
    return f"{name} ({campaign.workspace.time_zone})"


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None


SHEETS: dict[str, Callable[[Campaign, QueryDict], Sheet]] = {
    "recipients": _recipients,
    "events": _events,
    "links": _links,
}
