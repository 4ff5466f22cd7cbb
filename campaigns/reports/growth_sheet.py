"""How a list grew, as CSV: a line for each day, week or month, the newest first as on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from campaigns.reports import periods, sheets
from campaigns.reports.growth import Growth, Period
from campaigns.reports.sheets import Cell


def chunks(growth: Growth) -> Iterator[bytes]:
    """Yield the file."""
    return sheets.stream(header(growth), lines(growth))


def lines(growth: Growth) -> Iterator[Sequence[Cell]]:
    """Yield a line for each period, in the order of the page's table."""
    return (_row(period) for period in reversed(growth.rows))


def header(growth: Growth) -> Sequence[str]:
    """Return the names of the columns."""
    return [
        _("%(period)s from (%(zone)s)")
        % {
            "period": periods.SCALES[growth.wanted.by],
            "zone": growth.workspace.time_zone,
        },
        _("People at its end"),
        _("Change"),
        _("Joined"),
        _("Left"),
        _("Unsubscribed"),
        _("Taken off by a member"),
        _("Address does not work"),
        _("Reported as spam"),
        _("Erased, or put back"),
    ]


def _row(period: Period) -> Sequence[Cell]:
    """Return a period's line."""
    return [
        period.start.isoformat(),
        period.size,
        period.net,
        period.joined,
        period.left,
        period.unsubscribed,
        period.taken_off,
        period.bounced,
        period.complained,
        period.other,
    ]
