"""What tracking keeps, and what it counts as that arrives."""

from tracking.models.counts import (
    CampaignCount,
    FacetCount,
    HourCount,
    LinkCount,
    PeopleCount,
)
from tracking.models.events import (
    Engagement,
    Event,
    Kind,
    Link,
    LinkClicker,
    Mode,
    Muted,
    SpoolPosition,
    TrackedCampaign,
)

__all__ = [
    "CampaignCount",
    "Engagement",
    "Event",
    "FacetCount",
    "HourCount",
    "Kind",
    "Link",
    "LinkClicker",
    "LinkCount",
    "Mode",
    "Muted",
    "PeopleCount",
    "SpoolPosition",
    "TrackedCampaign",
]
