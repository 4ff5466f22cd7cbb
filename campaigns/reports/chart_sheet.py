"""A chart as CSV: the table behind it, a line for each label and a column for each series."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.reports import sheets
from campaigns.reports.charts import Chart


def chunks(chart: Chart) -> Iterator[bytes]:
    """Yield the file."""
    header = [chart.axis, *(series.name for series in chart.series)]
    return sheets.stream(header, ((label, *values) for label, values in chart.rows))
