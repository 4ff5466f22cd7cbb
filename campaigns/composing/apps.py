"""The room of what a campaign says, to whom and from whom."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComposingConfig(AppConfig):
    name = "campaigns.composing"
    label = "composing"

    def ready(self) -> None:
        """Tell the rooms below what only this one knows.

        Audience learns which lists a mail came through, so that leaving means those, and what
        campaigns are called, so that people can be looked for by what they did with one.
        """
        from campaigns.accounts import audit
        from campaigns.audience import acting, unsubscribing
        from campaigns.audience.duplicates import uniting
        from campaigns.audience.segments import saving
        from campaigns.composing import querysets
        from campaigns.composing.pictures import using
        from campaigns.composing.sunset import sparing
        from campaigns.composing.templating import querysets as templating

        unsubscribing.register_campaign_lists(querysets.list_ids)
        acting.register_campaign_name(querysets.name_of)
        saving.register_uses(querysets.uses_of_segment)
        uniting.register(sparing.unite)
        using.register(templating.uses_of_picture)
        audit.register_labels(
            {
                "campaign_created": _("Started a campaign"),
                "campaign_copied": _("Copied a campaign"),
                "campaign_deleted": _("Deleted a draft"),
                "sunset_rule_saved": _("Saved a rule about people not seen for long"),
                "sunset_rule_deleted": _("Deleted a rule about people not seen for long"),
                "sunset_asked": _("Made a campaign that asks who wants to stay"),
                "sunset_ended": _("Unsubscribed who did not answer"),
                "sunset_spared": _("Let people stay who did not answer"),
                "sunset_spared_no_more": _("Took back that people stay who did not answer"),
                "sunset_dropped": _("Ended a question without unsubscribing anybody"),
                "brand_changed": _("Changed the brand"),
                "template_made": _("Made a template"),
                "template_changed": _("Changed a template"),
                "template_deleted": _("Deleted a template"),
                "block_kept": _("Kept a block"),
                "block_deleted": _("Deleted a kept block"),
                "picture_added": _("Added a picture"),
                "picture_deleted": _("Deleted a picture"),
                "approval_asked": _("Asked for a yes to a campaign"),
                "approval_withdrawn": _("Let a campaign do without a yes"),
                "campaign_approved": _("Said yes to a campaign"),
                "public_page_changed": _("Changed a public page"),
                "mail_published": _("Put a mail on a public page, or took it off"),
                "picture_folder_deleted": _("Deleted a folder of pictures"),
            }
        )
