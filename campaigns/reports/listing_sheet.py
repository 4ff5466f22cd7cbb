"""The list of campaigns as CSV: a line for each that the page's filters leave, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.reports import comparison_sheet, listing, sheets
from campaigns.reports.listing import Wanted
from campaigns.reports.sheets import Cell
from campaigns.reports.summaries import Summary

# Name and subject; then what became of it, and its figures.
NAMES = 2


def chunks(workspace: Workspace, wanted: Wanted) -> Iterator[bytes]:
    """Yield the file."""
    found = listing.everything(workspace, wanted)
    return sheets.stream(_header(workspace), (_row(workspace, one) for one in found))


def _header(workspace: Workspace) -> list[str]:
    columns = comparison_sheet.header(workspace)
    planned = _("Planned for (%(zone)s)") % {"zone": workspace.time_zone}
    return [*columns[:NAMES], _("State"), planned, *columns[NAMES:]]


def _row(workspace: Workspace, one: Summary) -> list[Cell]:
    """Return a campaign's line; of one that nobody got, no figures: a zero would be a claim."""
    cells = comparison_sheet.row(workspace, one)
    if not one.has_figures:
        kept = comparison_sheet.FACTS
        cells = [*cells[:kept], *[None] * (len(cells) - kept)]
    planned = one.campaign.scheduled_at
    return [
        *cells[:NAMES],
        one.campaign.get_status_display(),
        planned.astimezone(ZoneInfo(workspace.time_zone)) if planned else None,
        *cells[NAMES:],
    ]
