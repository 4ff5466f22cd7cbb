"""The room of what recipients may ask of all the others."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "campaigns.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Say in words what is put on record here."""
        from campaigns.accounts import audit

        audit.register_labels({"contact_erased": _("Erased a contact")})
