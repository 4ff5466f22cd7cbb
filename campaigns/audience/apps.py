"""The room of contacts, lists and consent."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AudienceConfig(AppConfig):
    name = "campaigns.audience"
    label = "audience"

    def ready(self) -> None:
        from campaigns.accounts import audit
        from campaigns.audience import seeing
        from tracking import facts

        facts.register_agreements(seeing.agreements)
        audit.register_labels(
            {
                "list_added": _("Added a list"),
                "list_changed": _("Changed a list"),
                "list_deleted": _("Deleted a list"),
                "sign_up_form_changed": _("Changed a sign-up form"),
                "import_started": _("Started an import"),
                "suppression_added": _("Stopped mail to an address"),
                "suppression_lifted": _("Allowed mail to an address again"),
            }
        )
