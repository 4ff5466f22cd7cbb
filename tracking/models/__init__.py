"""What tracking keeps, and what it counts as that arrives."""

from tracking.models.counts import (
    CampaignCount,
    FacetCount,
    HourCount,
    LinkCount,
    PeopleCount,
)
from tracking.models.events import (
    DeedBits,
    Engagement,
    Event,
    Kind,
    Link,
    LinkClicker,
    Merged,
    Mode,
    Muted,
    SpoolPosition,
    TrackedCampaign,
)

__all__ = [
    "CampaignCount",
    "DeedBits",
    "Engagement",
    "Event",
    "FacetCount",
    "HourCount",
    "Kind",
    "Link",
    "LinkClicker",
    "LinkCount",
    "Merged",
    "Mode",
    "Muted",
    "PeopleCount",
    "SpoolPosition",
    "TrackedCampaign",
]
