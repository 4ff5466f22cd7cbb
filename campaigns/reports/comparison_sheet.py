"""Campaigns side by side as CSV: a line for each, every figure with what it is out of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.reports import sheets
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.sheets import Cell
from campaigns.reports.summaries import Summary

# So many columns say which campaign it is: name, subject, moment and lists. Figures follow.
FACTS = 4


def chunks(workspace: Workspace, compared: Sequence[Summary]) -> Iterator[bytes]:
    """Yield the file."""
    return sheets.stream(header(workspace), (row(workspace, one) for one in compared))


def header(workspace: Workspace) -> list[str]:
    """Return the names of the columns."""
    return [
        _("Campaign"),
        _("Subject"),
        _("Sent at (%(zone)s)") % {"zone": workspace.time_zone},
        _("Lists"),
        _("Mails sent"),
        _("Delivered"),
        _("May be measured"),
        _("Opened for sure"),
        _("Opened at most"),
        _("Opened for sure, %"),
        _("Opened at most, %"),
        _("Opened, 95% interval from, %"),
        _("Opened, 95% interval to, %"),
        _("Clicked"),
        _("Clicked, %"),
        _("Clicked, 95% interval from, %"),
        _("Clicked, 95% interval to, %"),
        _("Image loads in totals"),
        _("Clicks in totals"),
        _("Unsubscribed"),
        _("Reported as spam"),
        _("Came back"),
    ]


def row(workspace: Workspace, one: Summary) -> list[Cell]:
    """Return a campaign's line."""
    campaign, ledger = one.campaign, one.ledger
    launched = campaign.launched_at
    return [
        campaign.name,
        campaign.subject,
        launched.astimezone(ZoneInfo(workspace.time_zone)) if launched else None,
        ", ".join(each.name for each in campaign.lists.all()),
        ledger.sent,
        ledger.delivered,
        ledger.measured,
        one.opened.sure,
        one.opened.most,
        _per_cent(one.opened.low.share),
        _per_cent(one.opened.high.share),
        *_interval(one.opened),
        one.clicked.count,
        _per_cent(one.clicked.share),
        *_interval(one.clicked),
        one.engaged.loads if not one.hides_totals else None,
        one.engaged.total_clicks if not one.hides_totals else None,
        one.unsubscribed,
        ledger.complained,
        ledger.bounced,
    ]


def _interval(figure: Rate | Bounds) -> list[Cell]:
    found = figure.interval
    return [None, None] if found is None else [_per_cent(found.low), _per_cent(found.high)]


def _per_cent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 2)
