"""What of this room goes into the archive of a workspace: how its lists grew, and saved reports."""

from __future__ import annotations

from campaigns.reports import kinds
from campaigns.reports.models import (
    DayCounting,
    ListDay,
    Receiver,
    SavedReport,
    Schedule,
    ShareLink,
)
from tracking.parts import ZONE, Column, Part, by, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_KIND = f"{{0}} IN ({', '.join(map(repr, kinds.KINDS))})"
_MEMBER = "(SELECT {0} FROM accounts_member m JOIN accounts_user u ON u.id = m.user_id WHERE {1})"
_HERE = "m.workspace_id = %(workspace)s AND lower(u.email) = lower(x.member)"

PARTS: tuple[Part, ...] = (
    Part(
        "list_days",
        "Each list on each day: how it changed, and its size in the end.",
        ListDay,
        (
            named("list", "lists", "Which list."),
            *plain(
                day="The day, in the workspace’s time zone.",
                joined="Who joined.",
                left_button="Who left by the mail program’s button,",
                left_page="by the link in the mail,",
                left_member="or because a member said so.",
                bounced="Whose address turned out not to exist.",
                complained="Who reported a mail as spam.",
                stopped="Whose mail was stopped otherwise.",
                size="Who could be mailed in the end.",
                measurable="Of them, who may be measured.",
                active="Of those, who was seen of late.",
            ),
        ),
        key="",
        order="t.list_id, t.day",
    ),
    Part(
        "days_counted",
        "How far those days are counted.",
        DayCounting,
        (
            Column("zone", "The time zone of the days.", must=ZONE),
            Column("last_day", "The last day that is counted."),
            Column("counted_at", "When that was."),
            Column("next_at", "When they are counted again. Restored as now.", restored="now()"),
            *plain(contacts="Contacts then.", mailable="Of them, who could be mailed."),
        ),
        key="",
        replaces=True,
    ),
    Part(
        "saved_reports",
        "Reports that were given a name.",
        SavedReport,
        (
            Column("name", "Its name.", must=_LINE),
            Column("kind", f"{', '.join(kinds.KINDS)}.", must=_KIND),
            Column("query", "What it asks, as in its page’s address.", rewritten="report"),
            by("created_by", "Who saved it, by address."),
            *plain(created_at="When."),
        ),
    ),
    Part(
        "schedules",
        "When saved reports are mailed.",
        Schedule,
        (
            named("report", "saved_reports", "Which report."),
            *plain(every="daily, weekly or monthly."),
            Column("weekday", "On which day of the week: Monday is 0."),
            *plain(
                day="On which day of the month.",
                at="At what time of day.",
            ),
            Column("zone", "In which time zone.", must=ZONE),
            Column("next_at", "When it is due."),
        ),
        mine="t.report_id IN"
        " (SELECT id FROM reports_savedreport WHERE workspace_id = %(workspace)s)",
    ),
    Part(
        "receivers",
        "Which members scheduled reports are mailed to. Restored as stopped, where such a member is"
        " in the new workspace: choose them again.",
        Receiver,
        (
            named("schedule", "schedules", "Which schedule."),
            Column(
                "member",
                "Who, by address.",
                source="member_id",
                written=_MEMBER.format("u.email", "m.id = t.member_id"),
                restored=_MEMBER.format("m.id", _HERE),
            ),
            Column(
                "stopped_at",
                "Since when they do not want it.",
                restored="coalesce(x.stopped_at, now())",
            ),
        ),
        mine="t.schedule_id IN (SELECT s.id FROM reports_schedule s JOIN reports_savedreport r"
        " ON r.id = s.report_id WHERE r.workspace_id = %(workspace)s)",
        key="",
        kept="EXISTS " + _MEMBER.format("1", _HERE),
    ),
    Part(
        "share_links",
        "Links that showed a campaign’s report to whoever had them. Their secrets are not kept.",
        ShareLink,
        (
            named("campaign", "campaigns", "Of which campaign."),
            by("created_by", "Who made it, by address."),
            *plain(
                created_at="When.",
                expires_at="Until when it opened the report.",
                revoked_at="When it was shut.",
                last_opened_on="The day it was last opened from outside.",
            ),
        ),
        key="",
        is_restored=False,
    ),
)

LEFT = {
    "MailboxCount": "A count that is made again when it is asked for.",
    "ReportMail": "Which reports were mailed, so that none is mailed twice: here, none is.",
}
