"""What of this room goes into the archive of a workspace: campaigns, whole, with all they said."""

from __future__ import annotations

from campaigns.composing import portable_looks, portable_pictures
from campaigns.composing.models import (
    Approval,
    Campaign,
    Comment,
    PublicPage,
    Revision,
    SegmentUse,
    Showing,
    Spared,
    SunsetRule,
    Version,
)
from tracking.parts import ZONE, Column, Part, by, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_MINE = "t.campaign_id IN (SELECT id FROM composing_campaign WHERE workspace_id = %(workspace)s)"

# The old house may still be sending them: here, nothing goes out that nobody asked for.
_STATUS = """CASE WHEN x.status IN ('sending', 'paused') THEN 'paused'
     WHEN x.status IN ('scheduled', 'preparing', 'missed') THEN 'draft' ELSE x.status END"""
_UNDER_WAY = "x.status IN ('sending', 'paused')"

PARTS: tuple[Part, ...] = (
    Part(
        "campaigns",
        "Campaigns, with their content as it stands.",
        Campaign,
        (
            Column("name", "What its makers call it.", must=_LINE),
            Column("subject", "Subject.", must=_LINE),
            Column("preheader", "Preheader.", must=_LINE),
            named("sender", "senders", "From whom."),
            Column("reply_to", "Reply-to address.", must=_LINE),
            Column(
                "language",
                "Its language; empty: the workspace's.",
                must="{0} ~ '^([a-z]{{2,3}}(-[a-z0-9]{{2,5}})?)?$'",
            ),
            named("non_openers_of", "campaigns", "Only for who did not open that campaign."),
            Column(
                "on_unknown",
                "What to do about a mail that is not confirmed. Restored as hold.",
                restored="'hold'",
            ),
            *plain(
                format="blocks, markdown, html or mjml.",
                body="The content.",
                text="The plain text, where it is not made of the content.",
                inline_css="Whether styles are copied into the elements.",
                utm_source="What links say as utm_source.",
                utm_medium="What links say as utm_medium.",
                utm_campaign="What links say as utm_campaign.",
                tracking="The most it may record.",
                policy="Who may be measured, where those are fewer than the workspace allows.",
                measuring_stopped_at="From then on it collects nothing.",
                revision="Which version of the content is the newest.",
                version="How often it was saved.",
            ),
            Column(
                "status",
                "Restored: what was being sent is paused, what was scheduled is a draft.",
                restored=_STATUS,
            ),
            Column(
                "pause_reason",
                "Why it is paused.",
                restored=f"CASE WHEN {_UNDER_WAY} THEN 'Restored from an archive: look what was"
                " sent in the old house since.' ELSE x.pause_reason END",
            ),
            Column(
                "pause_cause",
                "Who or what paused it.",
                restored=f"CASE WHEN {_UNDER_WAY} THEN 'user' ELSE x.pause_cause END",
            ),
            Column("canary_first", "Whether of a large audience a few get it first."),
            Column(
                "scheduled_at",
                "When it is to be sent.",
                restored=f"CASE WHEN {_STATUS} = 'draft' THEN NULL ELSE x.scheduled_at END",
            ),
            Column("scheduled_zone", "The time zone it was scheduled in.", must=ZONE),
            *plain(
                scheduled_date="The day it was scheduled for.",
                scheduled_time="The time of day it was scheduled for.",
                scheduled_locally="Whether everybody gets it at that time of their own clock.",
                launched_at="When it was sent off.",
                finished_at="When it was over.",
            ),
            by("created_by", "Who made it, by address."),
            *plain(created_at="When it was made.", updated_at="When it was last changed."),
        ),
        made={"last_tab": "''"},
    ),
    Part(
        "campaign_lists",
        "Which lists a campaign goes to.",
        Campaign.lists.through,
        (
            named("campaign", "campaigns", "Which campaign."),
            named("list", "lists", "Which list."),
        ),
        mine=_MINE,
        key="",
        order="t.campaign_id, t.list_id",
    ),
    Part(
        "campaign_segments",
        "Which segments narrow whom a campaign reaches.",
        SegmentUse,
        (
            named("campaign", "campaigns", "Which campaign."),
            named(
                "segment", "segments", "Which segment; empty: it was deleted, nobody is reached."
            ),
            *plain(
                name="What it was called when it was chosen.",
                excludes="Whether its people are left out, instead of being the only ones.",
            ),
        ),
        mine=_MINE,
        key="",
    ),
    Part(
        "revisions",
        "The content of campaigns as it was sent, version by version.",
        Revision,
        (
            named("campaign", "campaigns", "Which campaign."),
            Column("number", "Which version."),
            Column("subject", "Subject.", must=_LINE),
            Column("preheader", "Preheader.", must=_LINE),
            Column("from_name", "From name.", must=_LINE),
            Column("from_email", "From address.", must=_LINE),
            Column("reply_to", "Reply-to address.", must=_LINE),
            Column("unsubscribe_mailbox", "A mailbox that takes wishes to leave.", must=_LINE),
            Column("postal_address", "The postal address below it."),
            Column(
                "language",
                "The language of its last lines; empty: the workspace's.",
                must="{0} ~ '^([a-z]{{2,3}}(-[a-z0-9]{{2,5}})?)?$'",
            ),
            Column("list_name", "The name of the list in its header.", must=_LINE),
            Column("list_key", "The label of the list in its header.", must=_LINE),
            *plain(
                words="Whether what is quoted in a merge tag is words, no HTML.",
                html="HTML, before links are numbered.",
                text="Plain text.",
                links="Its links and their numbers.",
            ),
            Column(
                "segments",
                "What the segments ask that parts of it are for, by their keys.",
                rewritten="segments",
            ),
            Column("created_at", "When it was made."),
        ),
    ),
    Part(
        "public_pages",
        "Pages on which everybody may read a list's mails. Restored closed, at other addresses.",
        PublicPage,
        (
            named("list", "lists", "Which list."),
            Column("is_open", "Whether it was open. Restored as no.", restored="false"),
            Column("title", "Its title.", must=_LINE),
            Column("about", "What it is about.", must=_LINE),
            *plain(
                shows_new_since="Mails from then on stand on it by themselves.",
                is_listed="Whether search engines may list it.",
            ),
        ),
        made={"key": "left(replace(gen_random_uuid()::text, '-', ''), 24)"},
    ),
    Part(
        "showings",
        "Mails that were put on a public page, or taken off.",
        Showing,
        (
            named("page", "public_pages", "Which page."),
            named("campaign", "campaigns", "Which campaign."),
            *plain(is_shown="Whether it is on the page."),
        ),
        key="",
    ),
    Part(
        "sunset_rules",
        "Whom to ask whether they want to stay, when they were not seen for long.",
        SunsetRule,
        (
            named("list", "lists", "Of which list; empty: whoever is on any."),
            *plain(
                months="Not seen for so many months.",
                answer_days="How many days they have to answer.",
            ),
            Column(
                "is_automatic",
                "Whether who does not answer is unsubscribed without a look. Restored as no.",
                restored="false",
            ),
            named("segment", "segments", "The segment that its campaigns are narrowed by."),
            named("campaign", "campaigns", "The campaign that asks in the round under way."),
            *plain(created_at="When it was made."),
        ),
        key="",
    ),
    Part(
        "spared",
        "Who stays though they did not answer in the round of a campaign: a member said so.",
        Spared,
        (
            named("campaign", "campaigns", "Which campaign asked."),
            named("contact", "contacts", "Who stays."),
        ),
        mine=_MINE,
        key="",
    ),
    Part(
        "versions",
        "What campaigns said at each save, of those that are kept.",
        Version,
        (
            named("campaign", "campaigns", "Which campaign."),
            Column("number", "How often the campaign was saved by then."),
            Column("subject", "Subject.", must=_LINE),
            Column("preheader", "Preheader.", must=_LINE),
            Column(
                "format",
                "blocks, markdown, html or mjml.",
                must="{0} IN ('blocks', 'markdown', 'html', 'mjml')",
            ),
            *plain(
                body="The content.",
                text="The plain text, where it is not made of the content.",
                inline_css="Whether styles are copied into the elements.",
            ),
            by("saved_by", "Who saved it, by address."),
            *plain(
                restored="Which version it brought back, by number.",
                began_at="When the first save that is in it was.",
                saved_at="When the last one was.",
            ),
        ),
        mine=_MINE,
        made={"tab": "''"},
    ),
    Part(
        "approvals",
        "Campaigns that need another member's yes.",
        Approval,
        (
            named("campaign", "campaigns", "Which campaign."),
            by("asked_by", "Who asked, by address."),
            by("asked_of", "Whose yes it needs, by address; empty: an owner's."),
            *plain(asked_at="When."),
            Column("version", "To which version they said yes."),
            by("approved_by", "Who said yes, by address."),
            *plain(approved_at="When."),
        ),
        key="",
    ),
    Part(
        "comments",
        "What members said about campaigns.",
        Comment,
        (
            named("campaign", "campaigns", "Which campaign."),
            by("author", "Who, by address."),
            *plain(text="What.", version="About which version.", at="When."),
        ),
        key="",
        # Who took part was told in the old house.
        made={"told_at": "x.at"},
    ),
    *portable_looks.PARTS,
    *portable_pictures.PARTS,
)

LEFT = {
    "LinkLook": "What was at the end of links is looked up anew.",
    "Thumbnail": "Small pictures of campaigns, which are taken again.",
}
