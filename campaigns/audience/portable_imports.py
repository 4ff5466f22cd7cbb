"""What of a workspace's imports goes into its archive: what was done, and what was left out."""

from __future__ import annotations

from campaigns.audience.models import Import, ImportBefore, ImportRemark
from tracking.parts import Column, Part, by, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_TEXTS = (
    "CASE WHEN jsonb_typeof({0}) = 'array' THEN NOT EXISTS (SELECT FROM"
    " jsonb_array_elements({0}) AS one WHERE jsonb_typeof(one) <> 'string') ELSE false END"
)
_PAIRS = (
    "CASE WHEN jsonb_typeof({0}) = 'object' THEN NOT EXISTS (SELECT FROM jsonb_each({0}) AS one"
    " WHERE jsonb_typeof(one.value) NOT IN ('string', 'number')) ELSE false END"
)

PARTS: tuple[Part, ...] = (
    Part(
        "imports",
        "Files of people that were imported. The files themselves are not kept.",
        Import,
        (
            named("list", "lists", "Into which list."),
            Column("filename", "What the file was called.", must=_LINE),
            *plain(
                size="Its bytes.",
                encoding="Its character set.",
                delimiter="What its cells were separated by.",
                has_header="Whether its first line named the columns.",
            ),
            Column("names", "Names of its columns.", must=_TEXTS),
            Column("mapping", "What columns became, by their place from 0.", must=_PAIRS),
            *plain(
                known="What became of people who were contacts already.",
                everybody="What was true of everybody in it.",
            ),
            Column("tags", "Tags that everybody got.", must=_TEXTS),
            Column("kinds", "Kinds of fields that it made.", must=_PAIRS),
            *plain(
                basis="Why its people may be mailed.",
                basis_note="A note on that.",
                measuring="How it was known what they said about being measured.",
                measuring_statement="What the member stated about that.",
                measuring_said_on="When they all said so.",
            ),
            Column(
                "status",
                "What became of it. Restored as cancelled where it was under way.",
                restored="CASE WHEN x.status IN ('done', 'failed', 'undone') THEN x.status"
                " ELSE 'cancelled' END",
            ),
            *plain(
                is_rehearsal="Whether it was only tried.",
                rows_read="Lines that were read.",
                rows_staged="Of them, those with an address.",
                contacts_created="People who were new.",
                contacts_updated="People of whom something changed.",
                contacts_unchanged="People who were known as they are.",
                subscriptions_created="Who was put on the list.",
                kept_unsubscribed="Who had left it, and stayed away.",
                kept_suppressed="Who must not be mailed.",
                left_elsewhere="Who left, by the file.",
                newly_suppressed="Who must not be mailed, by the file.",
                tagged="Tags that were put on people.",
                consents_recorded="Lines that were added to the consent ledger.",
                duplicates="Lines about who was there already.",
                rejected="Lines that were left out.",
                partly="Lines that were imported but for a cell.",
            ),
            Column("error", "Why it failed.", must=_LINE),
            by("created_by", "Who imported it, by address."),
            *plain(
                created_at="When it was uploaded.",
                started_at="When it began.",
                finished_at="When it was over.",
            ),
            Column("merged_at", "When its people appeared."),
            Column("undone", "What undoing did, in numbers.", must=_PAIRS),
        ),
        made={"file": "''", "attempts": "0", "bytes_read": "0"},
    ),
    Part(
        "import_befores",
        "What people were before an import changed them, for undoing it.",
        ImportBefore,
        (
            named("of", "imports", "Which import."),
            named("contact", "contacts", "Which person."),
            Column("values", "What was kept of them then.", must="jsonb_typeof({0}) = 'object'"),
        ),
        mine="t.of_id IN (SELECT id FROM audience_import WHERE workspace_id = %(workspace)s)"
        " AND EXISTS (SELECT FROM audience_contact c WHERE c.id = t.contact_id"
        " AND c.workspace_id = %(workspace)s)",
        key="",
    ),
    Part(
        "import_remarks",
        "Lines of those files that were left out, for as long as they are kept. Empty of who was"
        " erased.",
        ImportRemark,
        (
            named("of", "imports", "Of which import."),
            Column("line", "Which line.", must="{0} >= 0"),
            *plain(imported="Whether it was imported but for a cell."),
            Column("reason", "Why.", must=_LINE),
            Column("cells", "Its cells.", must=_TEXTS),
        ),
        key="",
    ),
)
