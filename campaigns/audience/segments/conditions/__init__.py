"""The conditions that this room answers, by subject. Rooms above register theirs themselves."""

from campaigns.audience.segments import registry
from campaigns.audience.segments.conditions import agreeing, lists, people


def register() -> None:
    """Let segments ask for all that this room knows."""
    registry.register_things(*lists.THINGS)
    registry.register(*people.WHATS, *lists.WHATS, *agreeing.WHATS)
