"""The room of what a campaign says, to whom and from whom."""

from django.apps import AppConfig


class ComposingConfig(AppConfig):
    name = "campaigns.composing"
    label = "composing"

    def ready(self) -> None:
        """Tell audience which lists a mail came through, so that leaving means those."""
        from campaigns.audience import unsubscribing
        from campaigns.composing import querysets

        unsubscribing.register_campaign_lists(querysets.list_ids)
