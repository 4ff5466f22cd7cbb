"""The room of whole workspaces: taken along in a ZIP, and restored in another house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchivesConfig(AppConfig):
    name = "campaigns.archives"
    label = "archives"

    def ready(self) -> None:
        """Say in words what is put on record here."""
        from campaigns.accounts import audit

        audit.register_labels(
            {
                "archive_asked": _("Asked for an archive of the workspace"),
                "archive_downloaded": _("Downloaded an archive of the workspace"),
                "archive_cancelled": _("Cancelled an archive of the workspace"),
                "archive_deleted": _("Deleted an archive of the workspace"),
                "restoration_started": _("Began to restore an archive"),
                "restoration_cancelled": _("Cancelled restoring an archive"),
            }
        )
