"""What of a workspace's library of pictures goes into its archive; their files lie beside it."""

from __future__ import annotations

from campaigns.composing.models import Picture, PictureFolder
from tracking.parts import Column, Part, by, named, plain

_LINE = "{0} !~ '[[:cntrl:]]'"

# Each picture is written anew from its largest file: `p` is what came of that, see
# `campaigns.archives.picturing`. One whose files are missing or cannot be read stays behind.
PARTS: tuple[Part, ...] = (
    Part(
        "picture_folders",
        "Folders of pictures.",
        PictureFolder,
        (Column("name", "Its name.", must=_LINE),),
    ),
    Part(
        "pictures",
        "Pictures. Their files are in the folder `pictures`. Restored from the largest file of"
        " each, written anew under another address.",
        Picture,
        (
            named("folder", "picture_folders", "In which folder."),
            Column(
                "key",
                "The folder of its files, and in its web addresses. Restored as another one.",
                restored="p.key",
            ),
            Column("name", "What it is called.", must=_LINE),
            Column("alt", "What it shows, for people who do not see it."),
            Column("width", "How wide it is shown, in CSS pixels.", restored="p.width"),
            Column("height", "How high.", restored="p.height"),
            Column("animated", "Whether it moves.", restored="p.animated"),
            Column(
                "files",
                "Its files below `pictures`: `plain`, `sharp` for fine screens, `small`.",
                restored="p.files",
                must="jsonb_typeof({0}) = 'object'",
            ),
            Column("size", "Bytes of all of them.", restored="p.size"),
            Column(
                "state",
                "ready, or kept for mails that show it.",
                must="{0} IN ('ready', 'kept')",
            ),
            *plain(state_at="Since when."),
            by("created_by", "Who brought it, by address."),
            *plain(created_at="When."),
        ),
        mine="t.workspace_id = %(workspace)s AND t.state IN ('ready', 'kept')",
        joined="JOIN archived_files p ON p.picture = x.id",
    ),
)
