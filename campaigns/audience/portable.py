"""What of this room goes into the archive of a workspace: people, and all they said.

Fingerprints of addresses do not travel: they are made anew, under the new house's key.
"""

from __future__ import annotations

from campaigns.audience import portable_imports, portable_leaving, portable_left
from campaigns.audience.models import (
    Change,
    ConsentEntry,
    Contact,
    Field,
    List,
    Merger,
    Note,
    Notice,
    Segment,
    SignUpForm,
    Subscription,
    Tag,
    Tagging,
)
from tracking.parts import ZONE, Column, Part, by, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_ORIGINS = (
    "NOT EXISTS (SELECT 1 FROM unnest({0}) AS origin"
    " WHERE origin !~ '^https?://[A-Za-z0-9.-]+(:[0-9]+)?$')"
)
# A path asks each value ten times as fast as a query of its own would.
_FLAT = (
    "jsonb_typeof({0}) = 'object' AND NOT jsonb_path_exists({0},"
    """ 'strict $.* ? (@.type() == "object" || @.type() == "array")')"""
)
_CONTACT = named("contact", "contacts", "Which person.")
# By the ledger or their own line, whichever allows less: see `campaigns.archives.agreeing`.
_OPENS, _CLICKS = "coalesce(a.opens, 'unknown')", "coalesce(a.clicks, 'unknown')"
_ANEW = "CASE WHEN x.leaving_since IS NULL THEN '{}' ELSE jsonb_set(x.leaving, '{after}', '0') END"
PARTS: tuple[Part, ...] = (
    Part(
        "fields",
        "What is kept of people beyond what everybody has.",
        Field,
        (
            *plain(
                key="What merge tags call it.",
                label="What people see.",
                kind="text, number, date, yes_no or choice.",
                choices="The words of a choice.",
                position="Where it stands among the others.",
                is_listed="Whether pages of contacts have a column for it.",
                leaving_since="When it was deleted, while it may be taken back.",
                is_retyping="Whether values are still being turned into its kind.",
            ),
        ),
        key="id",
    ),
    Part(
        "lists",
        "Lists.",
        List,
        (
            Column("name", "Its name.", must=_LINE),
            *plain(
                description="What is said about it to recipients.",
                policy="Who may be measured, where those are fewer than the workspace allows.",
                tracking="The most that mails to it may record.",
                created_at="When it was made.",
                leaving_since="When it was deleted, while its people are being taken off it.",
            ),
            by("leaving_by", "Who deleted it, by address."),
            Column("leaving", "How far that is. Restored: it begins anew.", restored=_ANEW),
        ),
    ),
    Part(
        "contacts",
        "People, each once.",
        Contact,
        (
            # Checked and keyed by `campaigns.archives.people`.
            Column("email", "The address, as mail is sent to it."),
            Column("first_name", "First name."),
            Column("last_name", "Last name."),
            Column("language", "Language."),
            Column("time_zone", "Time zone.", must=ZONE),
            Column(
                "learned_zone",
                "Time zone learned from clicks, of who agreed.",
                must=ZONE,
                restored=f"CASE WHEN {_CLICKS} = 'granted' THEN x.learned_zone ELSE '' END",
            ),
            Column("country", "Country, two letters."),
            Column("fields", "Values of `fields.csv`, by key.", must=_FLAT),
            Column(
                "measuring",
                "What they last said about being measured. Restored as the ledger says, or less.",
                restored=_OPENS,
            ),
            Column(
                "measuring_clicks",
                "About clicks, where it differs. Restored likewise.",
                restored=f"CASE WHEN {_CLICKS} = {_OPENS} THEN '' ELSE {_CLICKS} END",
            ),
            *plain(
                consent_epoch="How often they refused.",
                paused_until="Nothing is mailed to them before.",
            ),
            Column(
                "last_seen_on",
                "The day they were last seen, of who agreed.",
                restored=f"CASE WHEN 'granted' IN ({_OPENS}, {_CLICKS}) THEN x.last_seen_on END",
            ),
            *plain(
                created_at="When they were added.",
                updated_at="When something of them last changed.",
            ),
        ),
        made={"email_key": "lower(x.email)", "fingerprint": "f.fingerprint"},
        joined="JOIN archived_fingerprints f ON f.contact = x.id"
        " LEFT JOIN archived_answers a ON a.contact = x.id",
    ),
    Part(
        "former_addresses",
        "Addresses of contacts who were made one with another: they lead to that one.",
        Merger,
        (
            _CONTACT,
            Column("email", "The address.", must="{0} ~ '^[!-?A-~]{{1,64}}@[a-z0-9.-]{{1,253}}$'"),
            Column("at", "When they were made one."),
        ),
        key="",
        order="t.merged_id",
        # A number that no mail has: those of the old house lead there.
        made={"merged_id": "nextval(pg_get_serial_sequence('audience_contact', 'id'))"},
    ),
    Part(
        "tags",
        "Words that members put on people.",
        Tag,
        (Column("name", "The word.", must=_LINE), Column("created_at", "When it was made.")),
    ),
    Part(
        "taggings",
        "Which tags are on whom.",
        Tagging,
        (named("tag", "tags", "Which tag."), _CONTACT, Column("at", "Since when.")),
        key="",
    ),
    Part(
        "notes",
        "What members wrote down about people.",
        Note,
        (
            _CONTACT,
            Column("text", "The note."),
            by("author", "Who, by address."),
            Column("at", "When."),
        ),
        key="",
    ),
    Part(
        "subscriptions",
        "Who is on which list, or was.",
        Subscription,
        (
            named("list", "lists", "Which list."),
            _CONTACT,
            Column(
                "status",
                "subscribed or unsubscribed. Restored as unsubscribed where another file says that"
                " they left since.",
                restored="CASE WHEN l.contact IS NULL THEN x.status ELSE 'unsubscribed' END",
            ),
            *plain(
                basis="Why they may be mailed.",
                basis_note="A note on that.",
                subscribed_at="Since when.",
            ),
            Column(
                "unsubscribed_at",
                "When they left.",
                restored="CASE WHEN l.contact IS NULL THEN x.unsubscribed_at ELSE l.at END",
            ),
        ),
        key="",
        joined="LEFT JOIN archived_leavers l ON l.contact = x.contact AND l.list = x.list",
    ),
    Part(
        "sign_up_forms",
        "The sign-up forms of lists. Restored closed, at an address of their own.",
        SignUpForm,
        (
            named("list", "lists", "Which list."),
            named("sender", "senders", "Who its mails come from."),
            Column("is_open", "Whether people could sign up. Restored as no.", restored="false"),
            *plain(
                language="Its language; empty: the visitor’s.",
                asks_name="Whether it asks for the name.",
                asks_measuring="Whether it asks about measuring.",
                fields="Keys of the fields it asks for.",
            ),
            Column("frame_origins", "Pages that may frame it.", must=_ORIGINS),
            Column("title", "Heading.", must=_LINE),
            *plain(intro="Introduction.", notice="What people agree to."),
            Column("confirm_subject", "Subject of the confirmation.", must=_LINE),
            Column("confirm_text", "Text of the confirmation."),
            Column("welcome_subject", "Subject of the welcome.", must=_LINE),
            Column("welcome_text", "Text of the welcome."),
        ),
        made={"key": "left(replace(gen_random_uuid()::text, '-', ''), 24)"},
    ),
    Part(
        "notices",
        "Words that people answered to, exactly as shown.",
        Notice,
        plain(
            version="Which version.",
            text="The words.",
            sha256="SHA-256 of the words in UTF-8.",
            first_shown_at="When they were first shown.",
        ),
    ),
    Part(
        "consent",
        "The consent ledger: what people agreed to, or did not. The newest line counts.",
        ConsentEntry,
        (
            _CONTACT,
            *plain(
                purpose="To what: opens, clicks, both, or mail.",
                state="What they said.",
                source="How we know.",
            ),
            named("notice", "notices", "The words they answered to."),
            Column(
                "evidence",
                "How else we know.",
                numbers={
                    "campaign": "campaigns",
                    "list": "lists",
                    "form": "sign_up_forms",
                    "import": "imports",
                },
                must="jsonb_typeof({0}) = 'object'",
            ),
            *plain(said_at="When they said so.", at="When it was written down."),
            by("actor", "The member who wrote it down, by address."),
        ),
        key="",
    ),
    Part(
        "changes",
        "What was changed of people, by whom.",
        Change,
        (
            _CONTACT,
            *plain(what="What was done."),
            Column(
                "details",
                "What was said before and after, by field; or which tag or list.",
                numbers={"tag": "tags", "list": "lists"},
                must="jsonb_typeof({0}) = 'object'",
            ),
            *plain(source="By a member, or by the person."),
            by("actor", "Which member, by address."),
            *plain(takes_back="Whether it took back another change.", at="When."),
        ),
        key="",
    ),
    *portable_leaving.PARTS,
    Part(
        "segments",
        "Saved questions about people.",
        Segment,
        (
            Column("name", "Its name.", must=_LINE),
            Column("key", "By which mails call it.", must="{0} ~ '^[0-9a-f]{{12}}$'"),
            Column("question", "The question: see docs/segments.md.", rewritten="segment"),
            *plain(
                people="How many were in it when it was last counted.",
                unseen="Of how many that may not be known.",
                counted_at="When it was counted.",
            ),
            by("created_by", "Who made it, by address."),
            *plain(created_at="When it was made.", updated_at="When it was last changed."),
        ),
    ),
    *portable_imports.PARTS,
)

LEFT = portable_left.LEFT
