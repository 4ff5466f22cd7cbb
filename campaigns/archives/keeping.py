"""Ask for an archive, make it, and let it go: after its days, or when somebody is erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts.models import User, Workspace
from campaigns.archives import files, restoring, working, writing
from campaigns.archives.models import Archive, Restoration
from campaigns.archives.reading import ArchiveError
from campaigns.audience.models import Contact

_OLD = timedelta(hours=6)


def ask(workspace: Workspace, by: User | None) -> Archive | None:
    """Queue an archive of the workspace; None while another one is being made."""
    try:
        with transaction.atomic():
            return Archive.objects.create(workspace=workspace, created_by=by)
    except IntegrityError:
        return None


def make(archive_id: int) -> None:
    """Write an archive that waits, or whose worker died. A new worker begins anew."""
    working.run(Archive, archive_id, _make)


def restore(restoration_id: int) -> None:
    """Restore an archive that waits, or whose worker died. A new worker begins anew."""
    working.run(Restoration, restoration_id, _restore)


def delete(archive: Archive, ended: str) -> bool:
    """Delete the file of an archive; say whether this call was the one."""
    moved = Archive.objects.filter(pk=archive.pk, status=Archive.Status.DONE).update(
        status=Archive.Status.DELETED, ended=ended
    )
    transaction.on_commit(partial(files.remove, archive.file))
    return moved == 1


def stop(one: Restoration) -> bool:
    """Cancel a restoration, and delete its file; say whether this call was the one."""
    cancelled = working.cancel(one)
    if cancelled:
        files.remove(one.file)
    return cancelled


def forget(contact_ids: Sequence[int]) -> None:
    """Delete the archives that hold these people, and begin anew what is being written.

    Copies that members downloaded are not in our hands: docs/privacy.md says so.
    """
    workspaces = Contact.objects.filter(pk__in=contact_ids).values("workspace")
    mine = Archive.objects.filter(
        workspace__in=list(workspaces.values_list("workspace", flat=True))
    )
    for archive in mine.filter(status=Archive.Status.DONE):
        delete(archive, Archive.Ended.ERASURE)
    # Its snapshot is of before: whoever writes it loses the claim.
    mine.filter(status=Archive.Status.RUNNING).update(
        status=Archive.Status.QUEUED, claim_token=None, attempts=0
    )


def tidy() -> None:
    """Delete what is past its days, and files that no row stands for."""
    for archive in Archive.objects.expired():
        delete(archive, Archive.Ended.TIME)
    wanted = set(
        Archive.objects.filter(status__in=["done", "running"]).values_list("file", flat=True)
    )
    wanted |= set(Restoration.objects.unfinished().values_list("file", flat=True))
    before = (timezone.now() - _OLD).timestamp()
    for path in files.folder().iterdir():
        if path.name not in wanted and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _make(archive: Archive, heart: working.Heart) -> None:
    # A name of our own: who took the work over from us writes another file.
    name = files.new_name()
    try:
        with files.writing(name) as file:
            rows = writing.write(archive.workspace_id, file, heart)
            size = file.tell()
    except OSError as error:
        words = _("It could not be written: %s.") % error.strerror
        working.end(archive, Archive.Status.FAILED, error=words)
        return
    expires_at = Now() + timedelta(days=settings.ARCHIVE_DAYS)
    total = sum(rows.values())
    facts = {"file": name, "rows": rows, "size": size, "done": total, "total": total}
    if not working.end(archive, Archive.Status.DONE, expires_at=expires_at, **facts):
        files.remove(name)


def _restore(one: Restoration, heart: working.Heart) -> None:
    def finish(rows: dict[str, int]) -> None:
        total = sum(rows.values())
        facts = {"rows": rows, "done": total, "total": total}
        if not working.end(one, Restoration.Status.DONE, **facts):
            raise working.ClaimLostError

    try:
        restoring.restore(
            one.workspace_id, one.path, heart, without_hashes=one.without_hashes, finish=finish
        )
    except (ArchiveError, FileNotFoundError) as error:
        working.end(one, Restoration.Status.FAILED, error=str(error)[:500])
    files.remove(one.file)
