"""What of a workspace says who left and who is not mailed goes into its archive."""

from __future__ import annotations

from campaigns.audience.models import SuppressedDomain, Suppression, Unsubscription
from tracking.parts import Column, Part, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_HASHED = (
    "(SELECT c.email FROM audience_contact c WHERE c.workspace_id = t.workspace_id"
    " AND c.fingerprint = t.fingerprint LIMIT 1)"
)

PARTS: tuple[Part, ...] = (
    Part(
        "unsubscriptions",
        "Who left, when and why.",
        Unsubscription,
        (
            named("contact", "contacts", "Which person."),
            named("list", "lists", "Which list."),
            named("campaign", "campaigns", "Through which campaign."),
            named("delivery", "deliveries", "Through which mail."),
            *plain(
                source="How.",
                why="What they said about it.",
                at="When.",
                undone_at="When they took it back.",
            ),
        ),
        key="",
    ),
    Part(
        "suppressions",
        "Addresses that must not be mailed.",
        Suppression,
        (
            Column("email", "The address, of who is in `contacts.csv`.", written=_HASHED),
            Column(
                "hash",
                "A keyed hash of any other address: of people who were erased, for instance.",
                written=f"CASE WHEN {_HASHED} IS NULL THEN encode(t.fingerprint, 'hex') END",
                must="{0} ~ '^[0-9a-f]{{32}}$'",
            ),
            *plain(reason="Why.", source="Where we have it from."),
            Column("note", "What the member said who added it.", must=_LINE),
            named("campaign", "campaigns", "Because of which campaign."),
            Column("at", "Since when."),
        ),
        key="",
        made={"fingerprint": "coalesce(f.fingerprint, decode(x.hash, 'hex'))"},
        joined="LEFT JOIN archived_suppressed f ON f.email = x.email",
        # Hashes under another key would match nobody: see `campaigns.archives.restoring`.
        kept="x.email IS NOT NULL OR %(same_key)s",
    ),
    Part(
        "suppressed_domains",
        "Domains that must not be mailed, with all below them.",
        SuppressedDomain,
        (
            Column("domain", "The domain, in ASCII.", must="{0} ~ '^[a-z0-9.-]{{1,253}}$'"),
            Column("note", "What the member said who added it.", must=_LINE),
            Column("at", "Since when."),
        ),
        key="",
    ),
)
