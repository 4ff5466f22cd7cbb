"""Saved reports, and links that show reports to others, as CSV: the lines of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.audience import numbers
from campaigns.reports import kinds, saving, sharing, sheets
from campaigns.reports.models import Receiver, SavedReport, Schedule, ShareLink
from campaigns.reports.sheets import Cell


def saved(workspace: Workspace) -> Iterator[bytes]:
    """Yield the saved reports, with when each is mailed to whom."""
    header = [
        _("Report"),
        _("Kind"),
        _("Mailed"),
        _("Next (%(zone)s)") % {"zone": workspace.time_zone},
        _("To"),
    ]
    return sheets.stream(header, (_saved(report) for report in saving.of(workspace)))


def shares(workspace: Workspace, now: datetime, asked: str = "") -> Iterator[bytes]:
    """Yield the links to reports, those that are open first; or those to one campaign's."""
    zone = {"zone": workspace.time_zone}
    header = [
        _("Report"),
        _("Made (%(zone)s)") % zone,
        _("By"),
        _("Last opened"),
        _("State"),
        _("Until (%(zone)s)") % zone,
    ]
    links = _links(workspace, asked)
    return sheets.stream(header, (_share(link, now, workspace.zone) for link in links))


def _saved(report: SavedReport) -> list[Cell]:
    kind = str(kinds.KINDS[report.kind].label)
    schedule: Schedule | None = getattr(report, "schedule", None)
    if schedule is None:
        return [report.name, kind, _("not mailed"), None, None]
    zone = report.workspace.zone
    receivers = "; ".join(_receiver(one) for one in schedule.receivers.all())
    return [report.name, kind, _rhythm(schedule), schedule.next_at.astimezone(zone), receivers]


def _rhythm(schedule: Schedule) -> str:
    parts = [str(schedule.get_every_display())]
    if schedule.every == Schedule.Every.WEEKLY:
        parts.append(str(schedule.get_weekday_display()))
    if schedule.every == Schedule.Every.MONTHLY:
        parts.append(_("on day %(day)s") % {"day": schedule.day})
    return ", ".join([*parts, f"{schedule.at:%H:%M}"])


def _receiver(one: Receiver) -> str:
    stopped = f" ({_('has stopped it')})" if one.stopped_at else ""
    return f"{one.member.user}{stopped}"


def _links(workspace: Workspace, asked: str) -> Iterable[ShareLink]:
    if not asked:
        return chain(sharing.open_links(workspace), sharing.ended_links(workspace))
    links = workspace.share_links.filter(campaign=numbers.identity(asked))
    return links.select_related("campaign", "created_by").order_by("-pk")


def _share(link: ShareLink, now: datetime, zone: ZoneInfo) -> list[Cell]:
    until = link.revoked_at or link.expires_at
    state = _("Shut") if link.revoked_at else _("Open") if link.expires_at > now else _("Over")
    return [
        link.campaign.name,
        link.created_at.astimezone(zone),
        str(link.created_by) if link.created_by else None,
        link.last_opened_on.isoformat() if link.last_opened_on else None,
        state,
        until.astimezone(zone),
    ]
