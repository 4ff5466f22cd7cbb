"""The room of contacts, lists and consent."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AudienceConfig(AppConfig):
    name = "campaigns.audience"
    label = "audience"

    def ready(self) -> None:
        from campaigns.accounts import audit
        from campaigns.audience import seeing
        from campaigns.audience.segments import conditions
        from tracking import facts

        facts.register_agreements(seeing.agreements)
        conditions.register()
        audit.register_labels(
            {
                "list_added": _("Added a list"),
                "list_changed": _("Changed a list"),
                "list_deleted": _("Deleted a list"),
                "field_added": _("Added a field for contacts"),
                "field_deleted": _("Deleted a field for contacts"),
                "field_restored": _("Took back that a field was deleted"),
                "field_stripped": _("Let a deleted field go for good"),
                "field_retyped": _("Changed the kind of a field"),
                "field_changed": _("Changed a field for contacts"),
                "contacts_merged": _("Made two contacts one"),
                "duplicates_swept": _("Made all pairs of duplicates for a reason one"),
                "note_deleted": _("Deleted a note on a contact"),
                "tag_renamed": _("Renamed a tag"),
                "tags_merged": _("Merged two tags"),
                "tag_deleted": _("Deleted a tag"),
                "sign_up_form_changed": _("Changed a sign-up form"),
                "import_started": _("Started an import"),
                "import_cancelled": _("Cancelled an import"),
                "import_undone": _("Undid an import"),
                "bulk_edit_begun": _("Changed many contacts at once"),
                "bulk_edit_undone": _("Undid a change of many contacts"),
                "segment_added": _("Added a segment"),
                "segment_changed": _("Changed a segment"),
                "segment_deleted": _("Deleted a segment"),
                "suppression_added": _("Stopped mail to addresses or domains"),
                "suppression_lifted": _("Allowed mail to an address or domain again"),
                "suppression_expired": _(
                    "Allowed mail again where nothing got through half a year ago"
                ),
            }
        )
