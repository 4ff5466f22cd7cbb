"""The room of launching campaigns and handing mails over."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SendingConfig(AppConfig):
    name = "campaigns.sending"
    label = "sending"

    def ready(self) -> None:
        """Tell lower rooms what only we know, and listen to what providers tell."""
        from anymail.signals import tracking as provider_told

        from campaigns.accounts import audit
        from campaigns.audience import letters as audience_letters
        from campaigns.audience.duplicates import uniting as people
        from campaigns.audience.imports import undoing
        from campaigns.composing.proofing import proof
        from campaigns.sending import (
            belonging,
            evidence,
            letters,
            mailed,
            proofing,
            provider_events,
            segments,
            uniting,
        )
        from tracking import facts, muting

        audience_letters.register_post(letters.post)
        facts.register_sent_times(evidence.sent_times)
        muting.register(belonging.forget_deeds)
        undoing.register_keeper(mailed.among)
        proof.register(proofing.unfilled, proofing.in_segments, proofing.mailed_today)
        segments.register()
        people.register(uniting.unite)
        provider_told.connect(provider_events.receive, dispatch_uid="sending.provider_events")
        audit.register_labels(
            {
                "campaign_launched": _("Launched a campaign"),
                "campaign_scheduled": _("Scheduled a campaign"),
                "campaign_unscheduled": _("Took a campaign back"),
                "campaign_paused": _("Paused a campaign"),
                "campaign_resumed": _("Resumed a campaign"),
                "campaign_cancelled": _("Cancelled a campaign"),
                "breaker_tripped": _("Stopped by itself: too much went wrong"),
                "campaign_stopped": _("Stopped by itself: it could not go on"),
                "mailbox_tried": _("Tried a mailbox provider again by itself"),
                "mailbox_resumed": _("Let a mailbox provider's part go again"),
                "canary_ended": _("Sent the rest at once"),
                "pace_changed": _("Changed the limits of a sender or a provider"),
                "ramp_begun": _("Began to warm a sender up"),
                "ramp_raised": _("Raised the cap of a sender that warms up"),
                "ramp_ended": _("Ended the warm-up of a sender"),
                "failed_retried": _("Tried failed mails again"),
                "unconfirmed_resent": _("Sent again to the unconfirmed"),
                "unconfirmed_hold": _("Chose to leave the unconfirmed alone"),
                "unconfirmed_retry": _("Chose to send again to the unconfirmed"),
                "sent_to_joined": _("Sent a campaign to newcomers"),
                "reminder_drafted": _("Drafted a reminder"),
                "copy_sends": _("Let a copy of the database send"),
                "copy_kept_quiet": _("Kept a copy of the database quiet"),
                "test_sent": _("Sent a test to themselves"),
                "provider_tested": _("Tested a provider's connection"),
                "events_opened": _("Opened a provider's way for events"),
                "events_closed": _("Closed a provider's way for events"),
                "topic_let_in": _("Let an Amazon topic in"),
                "topic_forgotten": _("Forgot an Amazon topic"),
                "measuring_stopped": _("Stopped measuring a campaign"),
                "leak_mended": _("Switched a provider's own tracking off"),
                "bounce_mailbox_saved": _("Set up the mailbox for bounces"),
                "bounce_mailbox_dropped": _("Removed the mailbox for bounces"),
            }
        )
