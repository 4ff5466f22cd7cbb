"""Take an archive from a member's machine."""

from __future__ import annotations

import shutil
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import User, Workspace
from campaigns.archives import files
from campaigns.archives.models import Restoration
from campaigns.archives.reading import ArchiveError, Reader


class UploadForm(forms.Form):
    """An archive, which is looked at before it is kept. What is wrong is said at once."""

    file = forms.FileField(
        label=_("Archive"),
        help_text=_("The ZIP that another house, or this one, made of a workspace."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
    without_hashes = forms.BooleanField(
        label=_("Leave out addresses that are known by hash alone"),
        help_text=_(
            "Only when you are told about them and cannot set the old house’s FINGERPRINT_KEY:"
            " should such an address be added again, it would be mailed."
        ),
        required=False,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workspace, self._name = workspace, ""

    def clean(self) -> dict[str, Any]:
        """Keep the file, and look at its list of contents."""
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is None:
            return values
        if self._workspace.restorations.unfinished().exists():
            raise forms.ValidationError(_("An archive is being restored already."))
        self._name = files.new_name()
        with files.writing(self._name) as kept:
            shutil.copyfileobj(file, kept, 1024 * 1024)
        try:
            Reader(files.path(self._name)).close()
        except ArchiveError as error:
            files.remove(self._name)
            self.add_error("file", str(error))
        return values

    def begin(self, by: User) -> Restoration:
        """Queue the restoration."""
        file = self.cleaned_data["file"]
        try:
            with transaction.atomic():
                return Restoration.objects.create(
                    workspace=self._workspace,
                    file=self._name,
                    filename=(file.name or "")[-200:],
                    size=file.size or 0,
                    without_hashes=self.cleaned_data["without_hashes"],
                    created_by=by,
                )
        except IntegrityError:
            # Pressed twice: the first one is on its way.
            files.remove(self._name)
            first: Restoration = self._workspace.restorations.unfinished().get()
            return first
