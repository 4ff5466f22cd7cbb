"""Two contacts are one person: their mails are too, and nobody gets one campaign twice by it."""

from __future__ import annotations

from campaigns.audience import consent
from campaigns.audience.duplicates.uniting import Union
from campaigns.audience.models import Purpose
from campaigns.sending.querysets import uniting


def unite(union: Union) -> None:
    """Let the deliveries of who is merged be those of who is kept."""
    said = consent.answers(union.kept)
    uniting.unite(
        {
            "gone": union.gone.pk,
            "kept": union.kept.pk,
            "gone_epoch": union.gone.consent_epoch,
            "kept_epoch": union.kept_epoch,
            "epoch": union.kept.consent_epoch,
            "opens": said[Purpose.OPENS],
            "clicks": said[Purpose.CLICKS],
        }
    )
