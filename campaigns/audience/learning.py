"""Learn people's time zones from where they click.

Only of people who agreed to be measured, from their own clicks, and only from those whose
place told a zone. What a person or an import said stands above it.
"""

from __future__ import annotations

from campaigns.audience import reading_querysets

# Asked every hour; a worker that was away for days misses nothing.
LOOK_BACK_DAYS = 7


def learn() -> int:
    """Keep the zone of each person's latest click, and return of how many it is new."""
    return reading_querysets.learn_time_zones(days=LOOK_BACK_DAYS)
