"""Keep the files of pictures, and delete them, so that no kill leaves one without the other.

The row comes before its files and goes after them. In between it says that it is storing or
leaving; `tidy` ends what somebody began and did not finish, and looks for files of no row:
those of a workspace that is gone.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts.models import User, Workspace
from campaigns.composing.pictures import addresses, using
from campaigns.composing.pictures.models import Picture, PictureFolder
from campaigns.composing.pictures.reading import PictureError
from campaigns.composing.pictures.recoding import Recoded

# Nobody who is alive takes so long to store a picture.
_DEAD = timedelta(hours=1)
# Who restores an archive stores files long before their rows, which come together in the end.
_FORGOTTEN = timedelta(days=1)
# An author may undo what took the last mention of a picture away.
_SECOND_THOUGHTS = timedelta(days=30)

State = Picture.State


def storage() -> Storage:
    """Return where the files of pictures are."""
    return storages["pictures"]


def keep(
    workspace: Workspace, name: str, made: Recoded, *, folder: PictureFolder | None, by: User
) -> Picture:
    """Add a picture to the library. Raises `PictureError` when there is no room for it."""
    picture = _begin(workspace, name, made, folder=folder, by=by)
    for file, data in made.files:
        storage().save(picture.files[file.use], ContentFile(data))
    if not Picture.objects.filter(pk=picture.pk).move(source=[State.STORING], target=State.READY):
        # Frozen for so long that the tidying took it for dead.
        _drop_files(picture)
        raise PictureError(_("Storing it took too long. Try again."))
    picture.state = State.READY
    return picture


def remove(picture: Picture, *, force: bool) -> bool:
    """Take a picture out of the library, and say whether its files went as well.

    A picture that a campaign shows is kept for it, unless somebody insists.
    """
    if not force and using.uses(picture):
        Picture.objects.filter(pk=picture.pk).move(source=[State.READY], target=State.KEPT)
        return False
    if Picture.objects.filter(pk=picture.pk).move(
        source=[State.READY, State.KEPT], target=State.LEAVING
    ):
        _leave(picture)
    return True


def tidy() -> None:
    """Finish what was begun and not ended; delete what nothing shows any more."""
    for picture in Picture.objects.stuck(State.STORING, _DEAD):
        if Picture.objects.filter(pk=picture.pk).move(source=[State.STORING], target=State.LEAVING):
            _leave(picture)
    for picture in Picture.objects.stuck(State.LEAVING, timedelta()):
        _leave(picture)
    for picture in Picture.objects.stuck(State.KEPT, _SECOND_THOUGHTS):
        if not using.uses(picture):
            remove(picture, force=True)
    _drop_orphans()


@transaction.atomic
def _begin(
    workspace: Workspace, name: str, made: Recoded, *, folder: PictureFolder | None, by: User
) -> Picture:
    # Two at once must not both take the last of the room.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    size = sum(file.size for file, _data in made.files)
    used = Picture.objects.filter(workspace=workspace).bytes_used()
    if used + size > settings.PICTURES.quota:
        raise PictureError(
            _("The library is full: %(most)s MB. Delete pictures that no campaign uses.")
            % {"most": settings.PICTURES.quota // 2**20}
        )
    key = addresses.new_key()
    return Picture.objects.create(
        workspace=workspace,
        folder=folder,
        key=key,
        name=name,
        width=made.width,
        height=made.height,
        animated=made.animated,
        files=addresses.paths(key, name, made),
        size=size,
        created_by=by,
    )


def _leave(picture: Picture) -> None:
    _drop_files(picture)
    Picture.objects.filter(pk=picture.pk, state=State.LEAVING).delete()


def _drop_files(picture: Picture) -> None:
    for path in picture.files.values():
        storage().delete(path)
    _drop_folder(picture.key)


def _drop_orphans() -> None:
    folders = set(_list("")[0])
    known = set(Picture.objects.filter(key__in=folders).values_list("key", flat=True))
    for key in folders - known:
        files = _files_below(key)
        # What is young may be of a row that we do not see yet.
        if all(timezone.now() - storage().get_modified_time(path) > _FORGOTTEN for path in files):
            for path in files:
                storage().delete(path)
            _drop_folder(key)


def _files_below(folder: str) -> list[str]:
    folders, files = _list(folder)
    found = [f"{folder}/{name}" for name in files]
    return found + [path for name in folders for path in _files_below(f"{folder}/{name}")]


def _list(folder: str) -> tuple[list[str], list[str]]:
    try:
        return storage().listdir(folder)
    except FileNotFoundError:
        return [], []


def _drop_folder(key: str) -> None:
    """Delete the empty folders of a picture; a bucket has none."""
    folders, _files = _list(key)
    for folder in (*(f"{key}/{name}" for name in folders), key):
        storage().delete(folder)
