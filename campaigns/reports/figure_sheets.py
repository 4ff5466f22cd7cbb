"""The tables of a campaign's report as CSV: along time, who read with what and where, and so on.

Each says what its page says, with the same question behind the address, and leaves out
what the page leaves out because it would be about a few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.reports import ledger, providers, reading, sheets
from campaigns.reports.breakdowns import Breakdown
from campaigns.reports.charts import Chart
from campaigns.reports.reading import Report
from campaigns.reports.sheets import Cell


def over_time(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    """Yield hits by hour or day: of people who may be measured, then of those only counted."""
    report = _report(campaign, query)
    charts = [(_("May be measured"), report.timeline)] if report.is_about_people else []
    if report.ledger.counted and not report.hides_totals:
        charts.append((_("Only counted"), report.totals_timeline))
    axis = report.timeline.axis
    header = [axis, _("Whose"), _("What"), _("How often")]
    rows = (row for whose, chart in charts for row in _along(chart, whose))
    return sheets.stream(header, rows)


def best_hour(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    """Yield hits by hour of the day, all days together."""
    chart = _report(campaign, query).day.chart
    rows = (
        (label, series.name, value)
        for label, values in chart.rows
        for series, value in zip(chart.series, values, strict=True)
    )
    return sheets.stream([chart.axis, _("What"), _("How often")], rows)


def answers(campaign: Campaign, _query: QueryDict) -> Iterator[bytes]:
    """Yield what mail servers said, at hand-over and later, and of how many mails."""
    header = [_("When"), _("Code"), _("Enhanced code"), _("Answer"), _("Mails")]
    found = ledger.of(campaign.pk)
    at_once = [
        (_("At hand-over"), one.code, one.enhanced_code, one.reason, one.deliveries)
        for one in found.answers
    ]
    later = [(_("Returned later"), None, "", one.reason, one.deliveries) for one in found.returns]
    return sheets.stream(header, [*at_once, *later])


def breakdowns(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    """Yield programs, devices, systems and places with how many each has."""
    report = _report(campaign, query)
    header = [_("What"), _("Name"), _("What is counted"), _("How many"), _("Of")]
    shown: list[Breakdown] = []
    if report.is_about_people or not report.hides_totals:
        shown = [*report.breakdowns, report.countries, *report.nearer_places]
    return sheets.stream(header, (row for one in shown for row in _bars(one)))


def mailboxes(campaign: Campaign, _query: QueryDict) -> Iterator[bytes]:
    """Yield what each mailbox provider's people got and did."""
    header = [
        _("Provider"),
        _("Sent"),
        _("Delivered"),
        _("May be measured"),
        _("Opened for sure"),
        _("Opened at most"),
        _("Clicks may be measured"),
        _("Clicked"),
        _("Bounced"),
        _("Reported as spam"),
    ]
    rows = (
        (
            one.name,
            one.row.sent,
            one.delivered,
            one.opened.of,
            one.opened.sure,
            one.opened.most,
            one.clicked.of,
            one.clicked.count,
            one.row.bounced,
            one.row.complained,
        )
        for one in providers.of(campaign).providers
    )
    return sheets.stream(header, rows)


def made_by(campaign: Campaign, query: QueryDict) -> Iterator[bytes]:
    """Yield what the hits were; a figure that is not told is empty."""
    report = _report(campaign, query)
    header = [
        _("Made by"),
        _("Counted as"),
        _("Image loads"),
        _("Clicks"),
        _("Loads, only counted"),
        _("Clicks, only counted"),
    ]
    counted_as = {"sure": _("For sure"), "uncertain": _("Perhaps"), "machine": _("Not counted")}
    rows = (
        (
            str(row.verdict.title),
            counted_as[row.verdict.counts_as],
            row.opens,
            row.clicks,
            row.total_opens,
            row.total_clicks,
        )
        for row in report.sorted_hits
    )
    return sheets.stream(header, rows)


def _report(campaign: Campaign, query: QueryDict) -> Report:
    wanted = reading.Wanted(raw=query.get("raw") == "1", by=query.get("by", ""))
    return reading.report(campaign, wanted, now=timezone.now())


def _along(chart: Chart, whose: str) -> Iterator[Sequence[Cell]]:
    for label, values in chart.rows:
        for series, value in zip(chart.series, values, strict=True):
            yield (label, whose, series.name, value)


def _bars(breakdown: Breakdown) -> Iterator[Sequence[Cell]]:
    what = _("People") if breakdown.counts_people else _("Image loads and clicks")
    for bar in breakdown.bars:
        yield (str(breakdown.title), str(bar.label), what, bar.count, breakdown.total)
