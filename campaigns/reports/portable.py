"""What of this room goes into the archive of a workspace: how its lists grew."""

from __future__ import annotations

from campaigns.reports.models import DayCounting, ListDay
from tracking.parts import Column, Part, named, plain

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
            *plain(zone="The time zone of the days.", last_day="The last day that is counted."),
            Column("counted_at", "When that was."),
            Column("next_at", "When they are counted again. Restored as now.", restored="now()"),
            *plain(contacts="Contacts then.", mailable="Of them, who could be mailed."),
        ),
        key="",
        replaces=True,
    ),
)

LEFT = {
    "MailboxCount": "A count that is made again when it is asked for.",
    "Receiver": "Who gets reports by mail: nobody is mailed because of a restoration.",
    "ReportMail": "Reports that were mailed.",
    "SavedReport": "Questions about campaigns, by their ids here; they are asked again quickly.",
    "Schedule": "When reports are mailed.",
    "ShareLink": "Secret links to reports of this house.",
}
