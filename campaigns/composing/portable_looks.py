"""What of a workspace's brand, templates and kept blocks goes into its archive."""

from __future__ import annotations

from campaigns.composing.models import Brand, SavedBlock, Template
from tracking.parts import Column, Part, by, plain

_LINE = "{0} !~ '[[:cntrl:]]'"
_WEB = "{0} = '' OR {0} ~ '^https?://[^[:cntrl:][:space:]]+$'"
_SOCIAL = (
    "CASE WHEN jsonb_typeof({0}) = 'array' THEN NOT EXISTS (SELECT FROM jsonb_array_elements({0})"
    " AS one WHERE coalesce(one ->> 'name', '') = ''"
    " OR coalesce(one ->> 'href', '') !~ '^https?://[^[:cntrl:][:space:]]+$') ELSE false END"
)
_COLOUR = "{0} ~ '^#[0-9a-f]{{6}}$'"

PARTS: tuple[Part, ...] = (
    Part(
        "brand",
        "How mails of the workspace look.",
        Brand,
        (
            Column("page", "Colour around mails.", must=_COLOUR),
            Column("sheet", "Colour behind the words.", must=_COLOUR),
            Column("ink", "Colour of the words.", must=_COLOUR),
            Column("accent", "Colour of buttons and bands.", must=_COLOUR),
            Column("link", "Colour of links.", must=_COLOUR),
            *plain(font="Font.", titles="Font of headings."),
            Column("logo", "Web address of the logo.", must=_WEB),
            Column("website", "Where the logo leads.", must=_WEB),
            Column("social", "Social links.", must=_SOCIAL),
            *plain(updated_at="When it was last changed."),
        ),
        key="",
    ),
    Part(
        "templates",
        "Mails to start campaigns from.",
        Template,
        (
            Column("name", "What its makers call it.", must=_LINE),
            Column("subject", "Subject.", must=_LINE),
            Column("preheader", "Preheader.", must=_LINE),
            *plain(
                format="blocks, markdown, html or mjml.",
                body="The content.",
                inline_css="Whether styles are copied into the elements.",
                notes="What an import could not translate.",
                version="How often it was saved.",
            ),
            by("created_by", "Who made it, by address."),
            *plain(created_at="When it was made.", updated_at="When it was last changed."),
        ),
    ),
    Part(
        "saved_blocks",
        "Blocks that are kept for other mails.",
        SavedBlock,
        (
            Column("name", "What it is called.", must=_LINE),
            Column("body", "The block, as JSON."),
            by("created_by", "Who kept it, by address."),
            *plain(created_at="When it was kept."),
        ),
    ),
)
