"""Heal what crashes leave behind. May run anywhere, at any time, any number of times."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending import apart, doubts, evidence, steering
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import moves


def reap() -> None:
    """Return expired claims to pending; call expired intents unknown, never pending.

    What is unknown goes out again only where a member chose that for the campaign.
    """
    moves.reap_claims()
    reason = _("the worker stopped while this mail was handed over")
    moves.reap_intents(timedelta(seconds=settings.SEND_INTENT_SECONDS), reason)
    moves.reap_orphans(timedelta(seconds=settings.SEND_ORPHAN_SECONDS), reason)
    moves.drop_leases()
    evidence.look()
    # After evidence: what it decides is not sent again.
    doubts.resend_due()


def finish_all() -> None:
    """Close the campaigns that are done."""
    apart.each("Finishing campaign", _ids(Campaign.Status.SENDING), moves.finish)


def cancel_rests() -> None:
    """Close what cancelled campaigns left open."""
    apart.each("Ending campaign", _ids(Campaign.Status.CANCELLED), steering.cancel_rest)


def preparing() -> list[int]:
    """Campaigns whose launch has to be worked on, by whoever comes first."""
    return _ids(Campaign.Status.PREPARING)


def hungry() -> list[int]:
    """Campaigns that have something to send now."""
    return [
        campaign_id
        for campaign_id in _ids(Campaign.Status.SENDING)
        if Delivery.objects.filter(campaign=campaign_id).claimable().exists()
    ]


def _ids(status: str) -> list[int]:
    return list(Campaign.objects.filter(status=status).order_by("pk").values_list("pk", flat=True))
