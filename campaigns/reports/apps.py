"""The room of what the marketer reads."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "campaigns.reports"
    label = "reports"

    def ready(self) -> None:
        """Say in words what is put on record here."""
        from campaigns.accounts import audit

        audit.register_labels(
            {
                "report_saved": _("Saved a report"),
                "report_deleted": _("Deleted a saved report"),
                "report_scheduled": _("Had a report mailed to members"),
                "report_unscheduled": _("Had a report mailed no more"),
                "report_shared": _("Made a link that shows a campaign's report"),
                "report_unshared": _("Shut a link that showed a campaign's report"),
            }
        )
