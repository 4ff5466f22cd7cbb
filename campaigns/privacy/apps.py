"""The room of what recipients may ask of all the others."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "campaigns.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Lend lower rooms the way to erase people, and say in words what is put on record here."""
        from campaigns.accounts import audit
        from campaigns.audience.bulk import acts
        from campaigns.privacy.erasing import erase

        acts.register_eraser(erase)
        audit.register_labels({"contact_erased": _("Erased a contact")})
