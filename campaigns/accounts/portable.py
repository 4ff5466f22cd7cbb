"""What of this room goes into the archive of a workspace: its settings, senders and members.

No password, key or credential ever does.
"""

from __future__ import annotations

from campaigns.accounts.models import AuditEntry, Member, Provider, Sender, StandIn, Workspace
from tracking.parts import ZONE, Column, Part, by, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_ADDRESS = "{0} = '' OR {0} ~ '^[^[:space:][:cntrl:]<>,@]+@[^[:space:][:cntrl:]<>,@]+$'"
# A file does not let more people be measured; a member may, on the page that says what it means.
_POLICY = """CASE WHEN 'strict' IN (x.policy, accounts_workspace.policy) THEN 'strict'
 WHEN 'consent' IN (x.policy, accounts_workspace.policy) THEN 'consent' ELSE 'opt_out' END"""

PARTS: tuple[Part, ...] = (
    Part(
        "workspace",
        "The workspace itself: one line.",
        Workspace,
        (
            Column("name", "Its name.", must=_LINE),
            *plain(postal_address="The postal address in its mails."),
            Column(
                "policy",
                "Who is measured: strict, consent or opt_out. Restored as no laxer than the new"
                " workspace is.",
                restored=_POLICY,
            ),
            Column("time_zone", "Its time zone.", must=ZONE + " AND {0} <> ''"),
            Column("language", "Its language.", must="{0} ~ '^[a-z]{{2,3}}(-[a-z0-9]{{2,5}})?$'"),
            *plain(
                hides_trap="Whether mails hold a link that nobody sees.",
                created_at="When it was made.",
            ),
        ),
        mine="t.id = %(workspace)s",
        key="",
    ),
    Part(
        "members",
        "Who works in it. Passwords are not in it, and nobody is let in by restoring.",
        Member,
        (
            Column(
                "email",
                "The address they sign in with.",
                written="(SELECT u.email FROM accounts_user u WHERE u.id = t.user_id)",
            ),
            Column(
                "name",
                "Their name.",
                written="(SELECT u.name FROM accounts_user u WHERE u.id = t.user_id)",
            ),
            Column("role", "owner, marketer or reader."),
        ),
        key="",
        is_restored=False,
    ),
    Part(
        "audit",
        "Who did what, for the record. Numbers in its details are those of the old house.",
        AuditEntry,
        (
            *plain(at="When.", action="What."),
            by("user", "Who, by address; empty: the system, or somebody who is gone."),
            Column("details", "Ids, counts and names of fields."),
        ),
        key="",
        is_restored=False,
    ),
    Part(
        "providers",
        "The accounts that take its mail, without their settings and keys.",
        Provider,
        plain(name="Its name.", kind="Which service.", created_at="When it was added."),
        made={"sealed_settings": "''::bytea"},
    ),
    Part(
        "senders",
        "From identities.",
        Sender,
        (
            named("provider", "providers", "Who takes its mail."),
            Column("name", "From name.", must=_LINE),
            Column("email", "From address.", must=_ADDRESS),
            Column("reply_to", "Reply-to address.", must=_ADDRESS),
            Column("unsubscribe_mailbox", "A mailbox that takes wishes to leave.", must=_ADDRESS),
            Column("created_at", "When it was added."),
        ),
    ),
    Part(
        "stand_ins",
        "Providers that take over for a sender.",
        StandIn,
        (
            named("sender", "senders", "For which sender."),
            named("provider", "providers", "Which provider."),
            Column("position", "In which order."),
        ),
        mine="t.sender_id IN (SELECT id FROM accounts_sender WHERE workspace_id = %(workspace)s)",
        key="",
    ),
)

LEFT = {
    "User": "People sign in to the house, not to a workspace; `members.csv` names them.",
    "SigningKey": "Private keys never leave; the new house makes its own.",
    "ApiKey": "No key opens another house; its owners make new ones.",
    "KeyUse": "How much a key is used this minute, and the day it last was.",
    "MadeOnce": "What programs made lately, so that nothing is made twice.",
    "Session": "Who is signed in where.",
}
