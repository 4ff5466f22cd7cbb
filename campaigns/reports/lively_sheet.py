"""How lively a list is, as CSV: active people by day, and the mailings of each period."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.reports import sheets
from campaigns.reports.growth import Growth


def chunks(growth: Growth) -> Iterator[bytes]:
    """Yield the file; shares of a few people are left out of it as they are of the page."""
    lively = growth.liveliness
    charts = [chart for chart in (lively.active_chart, lively.mailing_chart) if chart]
    header = [_("When (%(zone)s)") % {"zone": growth.workspace.time_zone}, _("What"), "%"]
    rows = (
        (label, series.name, value)
        for chart in charts
        for label, values in chart.rows
        for series, value in zip(chart.series, values, strict=True)
    )
    return sheets.stream(header, rows)
